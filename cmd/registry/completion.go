package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of bash, zsh, fish."`
}

// Help says how to use the script.
func (*completionCommand) Help() string {
	return "bash: source <(registry completion bash)\nzsh:  source <(registry completion zsh)\nfish: registry completion fish | source"
}

// Run prints the script. It is made from the command line itself, so it knows every flag.
func (c *completionCommand) Run(k *kong.Kong, p *process) error {
	words := completionWords(k.Model.Node, "")
	switch c.Shell {
	case "fish":
		printFish(p.stdout, k.Model.Node, nil)
	case "zsh":
		fmt.Fprintln(p.stdout, "autoload -U +X bashcompinit && bashcompinit")
		fallthrough
	default:
		printBash(p.stdout, words)
	}
	return nil
}

// commandWords are the words that can follow a command: its subcommands and flags.
type commandWords struct {
	path  string // such as "db check"
	words []string
}

func completionWords(node *kong.Node, path string) []commandWords {
	var own []string
	for _, child := range node.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			own = append(own, child.Name)
		}
	}
	for _, flag := range visibleFlags(node) {
		own = append(own, "--"+flag.Name)
	}
	all := []commandWords{{path, own}}
	for _, child := range node.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			all = append(all, completionWords(child, strings.TrimSpace(path+" "+child.Name))...)
		}
	}
	return all
}

func visibleFlags(node *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, flag := range node.Flags {
		if !flag.Hidden {
			flags = append(flags, flag)
		}
	}
	return flags
}

func printBash(w io.Writer, all []commandWords) {
	fmt.Fprint(w, `_registry() {
  local word path="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case "$path $word" in
`)
	for _, c := range all {
		if c.path == "" {
			continue
		}
		parent, name := "", c.path
		if i := strings.LastIndex(c.path, " "); i >= 0 {
			parent, name = c.path[:i], c.path[i+1:]
		}
		fmt.Fprintf(w, "      %q) path=%q ;;\n", parent+" "+name, c.path)
	}
	fmt.Fprint(w, `    esac
  done
  local words=""
  case "$path" in
`)
	for _, c := range all {
		fmt.Fprintf(w, "    %q) words=%q ;;\n", c.path, strings.Join(c.words, " "))
	}
	fmt.Fprint(w, `  esac
  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
  if [ ${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")); fi
}
complete -F _registry registry
`)
}

func printFish(w io.Writer, node *kong.Node, path []string) {
	condition := "__fish_use_subcommand"
	if len(path) > 0 {
		condition = "__fish_seen_subcommand_from " + path[len(path)-1]
	}
	for _, child := range node.Children {
		if child.Type != kong.CommandNode || child.Hidden {
			continue
		}
		fmt.Fprintf(w, "complete -c registry -n %q -a %s -d %q\n", condition, child.Name, child.Help)
		printFish(w, child, append(path, child.Name))
	}
	for _, flag := range visibleFlags(node) {
		scope := ""
		if len(path) > 0 {
			scope = fmt.Sprintf(" -n %q", condition)
		}
		fmt.Fprintf(w, "complete -c registry%s -l %s -d %q\n", scope, flag.Name, flag.Help)
	}
}
