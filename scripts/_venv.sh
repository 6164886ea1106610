# Sourced by the scripts beside it that run Python: makes a virtual environment on first use, and again when what it holds changes.
# Expects $root and $me; sets $venv_python.

# new_enough_python MODULES: a Python of version 3.11 or newer that can import these. The user's choice comes first, then the usual
# Python, the versions that the tests have run on, newest first, and a newer one.
new_enough_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c "import $1; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1 || continue
        printf '%s\n' "$candidate"
        return 0
    done
    return 1
}

# The extras of pyproject.toml, those for users, that PI_ENGINE_EXTRAS asks for, now or in an earlier call, joined by commas.
wanted_extras() (
    IFS=' ,
'
    found=
    for extra in $(cat "$root/.venvs/run.extras" 2>/dev/null) ${PI_ENGINE_EXTRAS:-}; do
        case $extra in
            plots | peers | look | serve | distributed) ;;
            statistics | viewer) extra=look ;; # earlier names, which a clone may have in run.extras
            server) extra=serve ;;
            *)
                echo "$me: there is no extra '$extra': PI_ENGINE_EXTRAS takes plots, look, serve, distributed and peers" >&2
                return 1
                ;;
        esac
        case ,$found, in *",$extra,"*) ;; *) found=$found${found:+,}$extra ;; esac
    done
    printf '%s\n' "$found"
)

# logged COMMAND…: its output goes to $log, and on a terminal the steps of pip are shown as they begin.
logged() {
    code=$({ { "$@" 2>&1 && echo 0 >&3 || echo 1 >&3; } | while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
            Collecting* | Processing* | Installing\ collected*)
                line=${line%%: *} && line=${line%% (from *}
                [ "${line#Processing}" = "$line" ] || line="Processing ${line##*/}"
                [ ! -t 2 ] || printf '    %s\n' "$line" >&2
                ;;
        esac
    done; } 3>&1)
    return "$code"
}

# with_extras NAME,NAME: each extra installed, as its file of requirements has it.
with_extras() (
    IFS=,
    for extra in $1; do
        install_hashed "$root/scripts/requirements/$extra.txt" || return 1
    done
)

# install_hashed FILE: nothing is installed that is not named there, or whose content is another than when it was written.
install_hashed() {
    logged "$venv_python" -m pip install --disable-pip-version-check --require-hashes -r "$1"
}

# ensure_venv NAME: the environment .venvs/NAME holds scripts/requirements/NAME.txt and this project.
ensure_venv() {
    venv=$root/.venvs/$1
    requirements=$root/scripts/requirements/$1.txt
    venv_python=$venv/bin/python
    # the pins, the metadata and the place of the checkout decide what an environment holds
    extras=
    if [ "$1" = run ]; then
        extras=$(wanted_extras) || return 1
    fi
    wanted=$(cd "$root" && { printf '%s\n' "$root${extras:+ $extras}"; cat "$requirements" scripts/requirements/*.txt pyproject.toml; } | cksum)
    if [ -x "$venv_python" ] && [ "$(cat "$venv/stamp" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    python=$(new_enough_python sys,venv,ensurepip) || {
        if python=$(new_enough_python sys); then # Debian packs what makes environments apart
            python=${python##*/}
            echo "$me: $python lacks its venv module: install it (Debian, Ubuntu: apt install $python-venv), or set PYTHON to another Python" >&2
            return 1
        fi
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
    how=', once'
    if [ -e "$venv/stamp" ]; then # it was complete, and what it must hold has changed since
        how=' anew'
    fi
    echo "$me: setting up .venvs/$1$how${extras:+, with $extras} (a minute or so)" >&2
    rm -rf "$venv"
    log=$root/.venvs/$1.log
    : >"$log"
    [ ! -t 2 ] || printf '    Making the environment with %s\n' "$python" >&2
    if logged "$python" -m venv "$venv" &&
        install_hashed "$requirements" && with_extras "$extras" &&
        logged "$venv_python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e "$root"
    then
        printf '%s\n' "$wanted" >"$venv/stamp"
        [ -z "$extras" ] || printf '%s\n' "$extras" >"$root/.venvs/run.extras"
        exec 9>&-
    else
        tail -n 5 "$log" >&2
        echo "$me: the setup failed; $log tells all; mend it and call again" >&2
        return 1
    fi
}
