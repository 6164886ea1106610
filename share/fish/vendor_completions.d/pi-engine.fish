function _pi_engine_completion
    set -l token (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]*=' $token)
    set -q prefix[1]; or set prefix ""
    set -l start (string replace -r -- '^--[^=]*=' '' $token)
    for line in (env COMP_WORDS=(commandline -cp | string collect) COMP_CWORD=$token \
            _PI_ENGINE_COMPLETE=fish_complete pi-engine 2>/dev/null)
        set -l part (string split -m 1 -- , $line)
        switch $part[1]
            case plain
                echo $prefix$part[2]
            case file dir
                printf '%s\n' $prefix(complete -C "'' $start")
            case toml
                printf '%s\n' $prefix(complete -C "'' $start" | string match -r '.*(?:\.toml|/)(?:\t.*)?$')
        end
    end
end
complete --no-files --keep-order --command pi-engine --arguments "(_pi_engine_completion)"
