# SPDX-License-Identifier: BSD-2-Clause
# Fish completion of apam.  Commands and options come from `apam --help`,
# profiles, keys and schemes from the configuration.

# The words of a section of the help: "commands:" or "options:".
function __apam_help
    set -l section $argv[1]
    apam $argv[2..-1] --help 2>/dev/null | awk -v section="$section" '
        $0 == section ":" { on = 1; next }
        /^$/ { on = 0 }
        on && section == "commands" { print $1 }
        on && section == "options" && match($0, /--[a-z-]+/) {
            print substr($0, RSTART, RLENGTH)
        }'
end

# The command on the line so far, and -c with its file, if given.
function __apam_scan
    set -g __apam_command
    set -g __apam_config
    set -l words (commandline -opc)
    set -l i 2
    while test $i -le (count $words)
        set -l word $words[$i]
        set i (math $i + 1)
        if contains -- $word -c --config
            test $i -le (count $words); and set __apam_config -c $words[$i]
            set i (math $i + 1)
        else if string match -q -- '-*' $word
            continue
        else
            set -a __apam_command $word
            contains -- $word helper keys module profile secret users
            and test (count $__apam_command) -eq 1
            or break
        end
    end
end

# The first column of a list, for the lines that match an awk condition.
function __apam_column
    apam $__apam_config $argv[2..-1] 2>/dev/null |
        awk -F '\t' "$argv[1]"' { print $1 }'
end

function __apam_words
    __apam_scan
    set -l words (commandline -opc)
    switch $words[-1]
        case -c --config -o --output -T --upload-file --file --openapi
            __fish_complete_path (commandline -ct)
            return
        case -g --group
            __fish_complete_groups
            return
        case --owner --user --as
            __fish_complete_users
            return
        case -X --method
            printf '%s\n' GET HEAD POST PUT PATCH DELETE OPTIONS
            return
        case --entry --port --redirect-uri --url --set --secret --security --unit --listen --workers
            return
        case --key
            __apam_column 1 keys list
            return
        case --profile
            __apam_column 1 list
            return
        case --scheme
            __apam_column 1 module list
            return
    end
    if string match -q -- '-*' (commandline -ct)
        __apam_help options $__apam_command
        return
    end
    switch "$__apam_command"
        case '' help
            __apam_help commands
        case helper keys module profile secret users
            __apam_help commands $__apam_command
        case 'keys archive'
            __apam_column '$4 != "archived"' keys list
        case 'keys restore'
            __apam_column '$4 == "archived"' keys list
        case 'keys describe'
            __apam_column 1 keys list
        case 'users add'
            __fish_complete_users
        case 'module list'
            __apam_column 1 module list
        case lint 'module check' 'secret set' 'keys backup' 'keys recover'
            __fish_complete_path (commandline -ct)
        case 'helper *' 'keys list' 'keys add' 'users list' 'profile new' explain version log
        case '*'
            __apam_column 1 list
    end
end

complete -c apam -f -a '(__apam_words)'
