package render

import (
	"errors"
	"fmt"
	"strings"
	"text/template/parse"

	"github.com/cmpss/registry/generator/advertisement"
	"github.com/cmpss/registry/generator/advice"
	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/roster"
)

// families are the values for which a template may ask for a word by `word`: the key of
// (word "status" .Status "name") is status.active.name, and so on for each.
var families = map[string][]string{
	"status": names(certification.Published()),
	"action": {
		certification.UnderInvestigation.String(), certification.ActionSuspended.String(), certification.ActionRevoked.String(),
	},
	"area":   names(areas),
	"answer": answerNames[:],
	"match":  nameMatchNames[ExactName:],
	"day":    names(certification.Reasons()),

	"tool":                  toolNames[:],
	"verdict":               asStrings(verdicts),
	"fault":                 advice.FaultCodes(),
	"rule":                  {"name", "title", "number", "status", "specialization"},
	"finding-verdict":       {"kept", "broken", "not-claimed"},
	"finding":               names(advertisement.Reasons()),
	"advertisement-problem": advertisementProblemNames[1:],
	"attention":             names(roster.Reasons()),
	"column":                roster.Words().Roles,
}

var areas = []certification.Specialization{
	certification.ParentCaregiverFamily, certification.CrisisCare, certification.Unhoused, certification.JusticeInvolved,
}

func names[T fmt.Stringer](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = v.String()
	}
	return list
}

// keyUse is a key and the first place in a template that uses it.
type keyUse map[string]string

// collect adds the keys that a template uses. Keys must be written out: a key that is put
// together when a page is made could be missing on that page alone.
func (use keyUse) collect(tree *parse.Tree) error {
	if tree == nil || tree.Root == nil {
		return nil
	}
	var errs []error
	add := func(node parse.Node, keys ...string) {
		where, _ := tree.ErrorContext(node)
		for _, key := range keys {
			if _, seen := use[key]; !seen {
				use[key] = where
			}
		}
	}
	fault := func(node parse.Node, what string) {
		where, _ := tree.ErrorContext(node)
		errs = append(errs, fmt.Errorf("%s: %s", where, what))
	}
	walk(tree.Root, func(node parse.Node) {
		command, ok := node.(*parse.CommandNode)
		if !ok {
			return
		}
		name, ok := command.Args[0].(*parse.IdentifierNode)
		if !ok {
			return
		}
		literal := func(i int) (string, bool) {
			if i >= len(command.Args) {
				return "", false
			}
			s, ok := command.Args[i].(*parse.StringNode)
			if !ok {
				return "", false
			}
			return s.Text, true
		}
		switch name.Ident {
		case "t", "plural":
			key, ok := literal(1)
			if !ok {
				fault(node, name.Ident+" needs a key that is written out")
				return
			}
			add(node, key)
		case "word":
			family, ok := literal(1)
			what, ok2 := literal(3)
			values, known := families[family]
			if !ok || !ok2 || !known {
				fault(node, `word is used as (word "status" .Status "name"); the families are `+strings.Join(sortedKeys(families), ", "))
				return
			}
			for _, v := range values {
				add(node, family+"."+v+"."+what)
			}
		}
	})
	return errors.Join(errs...)
}

// walk visits a node and all below it.
func walk(node parse.Node, visit func(parse.Node)) {
	if node == nil {
		return
	}
	visit(node)
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, n := range l.Nodes {
				walk(n, visit)
			}
		}
	}
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			for _, c := range p.Cmds {
				walk(c, visit)
			}
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		list(b.List)
		list(b.ElseList)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.PipeNode:
		pipe(n)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.CommandNode:
		for _, arg := range n.Args {
			walk(arg, visit)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	}
}

// check compares the keys that are used with those of a language.
func (use keyUse) check(c *catalog) error {
	var errs []error
	for _, key := range sortedKeys(use) {
		if c.messages[key] == nil {
			errs = append(errs, fmt.Errorf("theme: %s: missing key %s, which %s uses", c.file, key, use[key]))
		}
	}
	for _, key := range c.keys() {
		if _, ok := use[key]; !ok {
			errs = append(errs, fmt.Errorf("theme: %s: key %s: nothing uses it", c.file, key))
		}
	}
	return errors.Join(errs...)
}
