# Sourced by scripts/pi, scripts/test and scripts/test-wheel: makes a virtual environment on first use, and again when what it holds
# changes. Expects $root and $me; sets $venv_python.

# The user's choice, the usual Python, then the versions that the tests have run on, newest first, then a newer one.
suitable_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        printf '%s\n' "$candidate"
        return 0
    done
    return 1
}

# ensure_venv NAME: the environment .venvs/NAME holds scripts/requirements/NAME.txt and this project.
ensure_venv() {
    venv=$root/.venvs/$1
    requirements=$root/scripts/requirements/$1.txt
    venv_python=$venv/bin/python
    # the pins, the metadata and the place of the checkout decide what an environment holds
    wanted=$(cd "$root" && { printf '%s\n' "$root"; cat "$requirements" scripts/requirements/*.txt pyproject.toml; } | cksum)
    if [ -x "$venv_python" ] && [ "$(cat "$venv/stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    python=$(suitable_python) || {
        echo "$me: needs Python 3.11 or newer with its venv module: install it, or set PYTHON to one" >&2
        return 1
    }
    mkdir -p "$root/.venvs" || {
        echo "$me: cannot write to $root: clone the project to a folder of your own" >&2
        return 1
    }
    if command -v flock >/dev/null 2>&1; then # two first calls at once: the second waits
        exec 9>"$root/.venvs/$1.lock"
        flock 9
        if [ "$(cat "$venv/stamp" 2>/dev/null)" = "$wanted" ]; then
            exec 9>&-
            return 0
        fi
    fi
    echo "$me: setting up .venvs/$1, once (a minute or so)" >&2
    rm -rf "$venv"
    log=$root/.venvs/$1.log
    if "$python" -m venv "$venv" >"$log" 2>&1 &&
        "$venv_python" -m pip install --disable-pip-version-check -q -r "$requirements" >>"$log" 2>&1 &&
        "$venv_python" -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e "$root" >>"$log" 2>&1
    then
        printf '%s\n' "$wanted" >"$venv/stamp"
        exec 9>&-
    else
        tail -n 5 "$log" >&2
        echo "$me: the setup failed; $log tells all; mend it and call again" >&2
        return 1
    fi
}
