"""The completion scripts of bash, zsh and fish, and what they ask this program.

click computes the completions and reads and writes what its own scripts do. These scripts take the place of click's, which in bash
offer no files beside names and split words at ':' and '=', in zsh need `compinit` to have run, and in zsh and fish do not
complete `--option=VALUE`.
"""

from __future__ import annotations

import os
from typing import ClassVar

from click.shell_completion import BashComplete, FishComplete, ZshComplete, add_completion_class, split_arg_string

_BASH = r"""# bash completion of %(prog_name)s
%(complete_func)s() {
    local IFS=$'\n' reply kind value prefix= toml= start
    local -a names=() files=()
    reply=$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD="$COMP_CWORD" %(complete_var)s=bash_complete "$1" 2>/dev/null)
    while IFS=, read -r kind value; do
        case $kind in
            plain) names+=("$value") ;;
            file | dir) compopt -o default 2>/dev/null ;; # readline knows about quotes and ~
            toml) toml=1 start=$value ;;
        esac
    done <<<"$reply"
    if [[ -n $toml ]]; then
        while read -r value; do
            [[ -n $value ]] && files+=("$value")
        done <<<"$(compgen -f -X '!*.toml' -- "$start"; compgen -d -- "$start")"
        [[ ${#names[@]} -eq 0 ]] && compopt -o filenames 2>/dev/null
    fi
    [[ $2 == --*=* ]] && prefix=${2%%%%=*}= # only where '=' does not break words
    COMPREPLY=()
    for value in "${names[@]}" "${files[@]}"; do
        COMPREPLY+=("$prefix$value")
    done
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o default -F %(complete_func)s %(prog_name)s # before bash 4.4
"""

_ZSH = r"""#compdef %(prog_name)s
%(complete_func)s() {
    local kind value about files= toml= prefix=
    local -a reply names described open
    reply=("${(@f)$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) \
        %(complete_var)s=zsh_complete ${(Q)words[1]} 2>/dev/null)}")
    [[ $PREFIX == --*=* ]] && prefix=${PREFIX%%%%=*}=
    for kind value about in "${reply[@]}"; do
        case $kind in
            plain)
                if [[ $value == *: ]]; then
                    open+=("$prefix${value%%\\:}:")
                elif [[ $about == _ ]]; then
                    names+=("$prefix$value")
                else
                    described+=("$prefix$value:$about")
                fi ;;
            file | dir) files=1 ;;
            toml) toml=1 ;;
        esac
    done
    (( $#described )) && _describe -V unsorted described -U
    (( $#names )) && compadd -U -V unsorted -a names
    (( $#open )) && compadd -U -S '' -a open
    [[ -n $prefix ]] && compset -P '*='
    [[ -n $files ]] && _files
    [[ -n $toml ]] && _files -g '*.toml(-.)'
    return 0
}
if [[ ${funcstack[1]} == _%(prog_name)s ]]; then # a file _%(prog_name)s in a folder of $fpath
    %(complete_func)s "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = r"""function %(complete_func)s
    set -l token (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]*=' $token)
    set -q prefix[1]; or set prefix ""
    set -l start (string replace -r -- '^--[^=]*=' '' $token)
    for line in (env COMP_WORDS=(commandline -cp | string collect) COMP_CWORD=$token \
            %(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
        set -l part (string split -m 1 -- , $line)
        switch $part[1]
            case plain
                echo $prefix$part[2]
            case file dir
                printf '%%s\n' $prefix(complete -C "'' $start")
            case toml
                printf '%%s\n' $prefix(complete -C "'' $start" | string match -r '.*(?:\.toml|/)(?:\t.*)?$')
        end
    end
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


@add_completion_class
class _Bash(BashComplete):
    """The words are those before the cursor: bash's own list of them is split at ':' and '='."""

    source_template: ClassVar[str] = _BASH

    @staticmethod
    def _check_version() -> None:
        """The script looks for what the bash that reads it can do."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The finished words, and the one before the cursor, which a mark shows where it is still empty."""
        mark = "x"
        words = split_arg_string(os.environ["COMP_WORDS"] + mark)
        return words[1:-1], words[-1].removesuffix(mark)


@add_completion_class
class _Zsh(ZshComplete):
    source_template: ClassVar[str] = _ZSH


@add_completion_class
class _Fish(FishComplete):
    source_template: ClassVar[str] = _FISH
