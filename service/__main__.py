"""``python -m service`` is the command ``qingsheng``."""

from service.cli import main

main(prog_name="qingsheng")
