#compdef apam
# SPDX-License-Identifier: BSD-2-Clause
# Zsh completion of apam.  Commands and options come from `apam --help`,
# profiles, keys and schemes from the configuration.

# The words of a section of the help: "commands:" or "options:".
_apam_help()
{
	local section=$1
	shift
	apam "$@" --help 2>/dev/null | awk -v section="$section" '
		$0 == section ":" { on = 1; next }
		/^$/ { on = 0 }
		on && section == "commands" { print $1 }
		on && section == "options" && match($0, /--[a-z-]+/) {
			print substr($0, RSTART, RLENGTH)
		}'
}

# The first column of a list, for the lines that match an awk condition.
_apam_column()
{
	local condition=$1
	shift
	apam $config "$@" 2>/dev/null | awk -F '\t' "$condition"' { print $1 }'
}

_apam_offer()
{
	local -a offered
	offered=(${(f)"$($@)"})
	compadd -- $offered
}

_apam()
{
	local -a config chosen
	local i word
	for ((i = 2; i < CURRENT; i++)); do
		word=$words[i]
		case $word in
		-c | --config)
			((i++))
			config=(-c $words[i])
			;;
		-*) ;;
		helper | keys | module | profile | secret | users)
			((${#chosen})) && break
			chosen=($word)
			;;
		*) chosen+=($word); break ;;
		esac
	done
	case $chosen:$words[CURRENT-1] in
	log:--key) _apam_offer _apam_column 1 keys list; return ;;
	log:--profile) _apam_offer _apam_column 1 list; return ;;
	esac
	case $words[CURRENT-1] in
	-c | --config | -o | --output | -T | --upload-file | --file | --openapi) _files; return ;;
	--url | --set | --secret | --security | --unit) return ;;
	-g | --group) _groups; return ;;
	--owner | --user | --as) _users; return ;;
	-X | --method) compadd GET HEAD POST PUT PATCH DELETE OPTIONS; return ;;
	--entry | --port | --listen | --workers | --redirect-uri) return ;;
	--scheme) _apam_offer _apam_column 1 module list; return ;;
	esac
	if [[ $words[CURRENT] == -* ]]; then
		_apam_offer _apam_help options $chosen
		return
	fi
	case "$chosen" in
	'' | help) _apam_offer _apam_help commands ;;
	helper | keys | module | profile | secret | users) _apam_offer _apam_help commands $chosen ;;
	'keys archive') _apam_offer _apam_column '$4 != "archived"' keys list ;;
	'keys restore') _apam_offer _apam_column '$4 == "archived"' keys list ;;
	'keys describe') _apam_offer _apam_column 1 keys list ;;
	'users add') _users ;;
	'module list') _apam_offer _apam_column 1 module list ;;
	lint | 'module check' | 'secret set' | 'keys backup' | 'keys recover') _files ;;
	'helper '* | 'keys list' | 'keys add' | 'users list' | 'profile new' | explain | version | log) ;;
	*) _apam_offer _apam_column 1 list ;;
	esac
}

compdef _apam apam
