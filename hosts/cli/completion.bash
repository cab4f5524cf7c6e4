# SPDX-License-Identifier: BSD-2-Clause
# Bash completion of apam.  Commands and options come from `apam --help`,
# profiles and schemes from the configuration, so that nothing is listed twice.

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

# The first column of a list.
_apam_column()
{
	apam "$@" 2>/dev/null | cut -f 1
}

# The ids of archived keys, or, with "!", of all others.
_apam_keys()
{
	local is=$1
	shift
	apam "$@" keys list 2>/dev/null | awk -F '\t' -v is="$is" '
		is == "!" ? $4 != "archived" : $4 == "archived" { print $1 }'
}

# Sets $command, the first word that is not an option (for a group the first
# two), and $config.
_apam_scan()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) config=(-c "${COMP_WORDS[++i]}") ;;
		-*) ;;
		helper | keys | module | profile | secret | users)
			[ -z "$command" ] || return
			command=${COMP_WORDS[i]}
			;;
		*) command=${command:+$command }${COMP_WORDS[i]}; return ;;
		esac
	done
}

# Offer what compgen says.
_apam_offer()
{
	mapfile -t COMPREPLY < <(compgen "$@")
}

# The value of the option before the cursor; false where it has none.
_apam_value()
{
	case $command:$prev in
	log:--key)
		_apam_offer -W "$(_apam_column "${config[@]}" keys list)" -- "$cur"
		return
		;;
	log:--profile)
		_apam_offer -W "$(_apam_column "${config[@]}" list)" -- "$cur"
		return
		;;
	esac
	case $prev in
	--since | --until | --program | --entry | --port | --redirect-uri | --url | \
	    --set | --secret | --security | --unit | --listen | --workers) ;;
	--scheme)
		_apam_offer -W "$(_apam_column "${config[@]}" module list)" -- "$cur"
		;;
	-g | --group) _apam_offer -g -- "$cur" ;;
	--owner | --user | --as) _apam_offer -u -- "$cur" ;;
	-X | --method)
		_apam_offer -W 'GET HEAD POST PUT PATCH DELETE OPTIONS' -- "$cur"
		;;
	-c | --config | --dir | -o | --output | -T | --upload-file | --file | --openapi) _apam_offer -f -- "$cur" ;;
	*) return 1 ;;
	esac
}

_apam()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' config=() words=''
	_apam_scan
	_apam_value && return
	case $command:$cur in
	:-*) words=$(_apam_help options) ;;
	: | :* | help:*) words=$(_apam_help commands) ;;
	*:-*) words=$(_apam_help options $command) ;;
	helper:* | keys:* | module:* | profile:* | secret:* | users:*) words=$(_apam_help commands "$command") ;;
	'helper git:'* | 'helper docker:'* | 'helper bazel:'* | 'helper kubectl:'* | \
	    'helper aws:'* | 'keys list:'* | 'keys add:'* | 'users list:'* | explain:* | version:* | \
	    log:* | 'profile new:'*) ;;
	'keys archive:'*) words=$(_apam_keys ! "${config[@]}") ;;
	'keys restore:'*) words=$(_apam_keys = "${config[@]}") ;;
	'keys describe:'*) words=$(_apam_column "${config[@]}" keys list) ;;
	'users add:'*) _apam_offer -u -- "$cur"; return ;;
	'module list:'*) words=$(_apam_column "${config[@]}" module list) ;;
	lint:* | 'module check:'* | 'secret set:'* | 'keys backup:'* | 'keys recover:'*)
		_apam_offer -f -- "$cur"
		return
		;;
	*) words=$(_apam_column "${config[@]}" list) ;;
	esac
	_apam_offer -W "$words" -- "$cur"
}

complete -F _apam apam
