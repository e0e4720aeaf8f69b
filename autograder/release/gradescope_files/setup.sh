#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python's packages, and what the sandbox needs.
set -euo pipefail
cd /

apt-get update -qq
apt-get install -qq -y python3 python3-venv bubblewrap > /dev/null
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed. Choose the base image Ubuntu 24.04 for this autograder, and upload again."
    exit 1
}
python3 -m venv /autograder/venv
# PyTorch without graphics card support: a tenth of the download.
export PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_DISABLE_PIP_VERSION_CHECK=1
/autograder/venv/bin/pip install --quiet --no-cache-dir \
    -c /autograder/source/course/constraints.txt "/autograder/source/course[submissions]"
chmod -R go-rwx /autograder/source
