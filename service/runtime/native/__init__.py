"""The compiled part of the runtime: C++ sources, built with the package where there is a compiler."""
