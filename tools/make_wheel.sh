#!/usr/bin/env bash
# Build the source archive of the last commit, a wheel from it, and try both. On Linux the
# wheel becomes a stripped manylinux wheel for the oldest glibc that its symbols allow: the
# release itself is built by cibuildwheel in an image with glibc 2.28. Run by `make wheel`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD dist=$PWD/dist

step() { printf '\n=== %s\n' "$*"; }

# The stable ABI, where the interpreter has one.
stable=$(python -c 'import sysconfig as s; print(str(not s.get_config_var("Py_GIL_DISABLED")).lower())')
option=setup-args=-Dpython.allow_limited_api=$stable

step "source archive, and from it a wheel (stable ABI: $stable)"
rm -rf dist
python -m build --sdist --outdir dist
python -m build --wheel --outdir dist/raw --config-setting="$option" dist/*.tar.gz
if [[ $(uname) == Linux ]]; then
  auditwheel repair --strip --wheel-dir dist dist/raw/*.whl
else
  mv dist/raw/*.whl dist
fi
rm -rf dist/raw
wheel=(dist/*.whl)

step 'contents and metadata'
twine check --strict dist/*
check-wheel-contents "${wheel[0]}"
# 9 and 10 need the addresses of the project and of its authors: see CONTRIBUTING.md.
pyroma --min 8 dist/*.tar.gz
if [[ ${wheel[0]} == *abi3* ]]; then
  abi3audit --strict --summary "${wheel[0]}"
fi

# Try an archive in a fresh environment, from a folder without the sources.
try() {
  local folder
  folder=$(mktemp -d)
  python -m venv "$folder/env"
  "$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check "$1[plot]"
  "$folder/env/bin/python" -m pip check
  (cd "$folder" && env/bin/python "$root/tools/check_wheel.py")
  rm -rf "$folder"
}

step "wheel in a fresh environment"
try "$root/${wheel[0]}"
step 'source archive in a fresh environment'
try "$(echo "$dist"/*.tar.gz)"
printf '\n'
ls -l dist
