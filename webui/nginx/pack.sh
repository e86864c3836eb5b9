#!/bin/sh
# Puts a compressed copy of each file of a folder below packed/ in it, under the same name: pack.sh FOLDER
set -eu
cd "$1"
find . -type f ! -path "./packed/*" | while read -r file; do
    mkdir -p "packed/$(dirname "$file")"
    gzip -9 <"$file" >"packed/$file"
done
