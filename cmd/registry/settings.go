package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// settings gives flags that are not on the command line their values from the environment and
// from the file of settings, in this order.
type settings struct {
	env  func(string) (string, bool)
	file map[string]any
	read bool
}

// Validate is called by kong; the file is checked when it is read.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve gives the value of a flag, or nil.
func (s *settings) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" || flag.Name == "version" {
		return nil, nil
	}
	if value, ok := s.env(envName(flag.Name)); ok {
		return value, nil
	}
	if flag.Name == "config" {
		return nil, nil
	}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	value, ok := s.file[flag.Name]
	if !ok {
		return nil, nil
	}
	return value, nil
}

func envName(flag string) string {
	return "REGISTRY_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// load reads the file once. The default file may be missing; one that was asked for may not.
func (s *settings) load(ctx *kong.Context) error {
	if s.read {
		return nil
	}
	s.read = true
	path, asked := s.path(ctx)
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	meta, err := toml.Decode(string(body), &s.file)
	if err != nil {
		return fmt.Errorf("settings in %s: %w", path, err)
	}
	known := make(map[string]bool)
	collectFlags(ctx.Model.Node, known)
	for _, key := range meta.Keys() {
		if len(key) != 1 || !known[key[0]] {
			return fmt.Errorf("settings in %s: unknown key %q; a key is the name of a flag, such as \"source\"", path, key.String())
		}
	}
	for key, value := range s.file {
		if s.file[key], err = plain(value); err != nil {
			return fmt.Errorf("settings in %s: %q %w", path, key, err)
		}
	}
	return nil
}

// path is the file of settings, and whether it was asked for.
func (s *settings) path(ctx *kong.Context) (string, bool) {
	for _, flag := range ctx.Flags() {
		if flag.Name != "config" {
			continue
		}
		if value, ok := ctx.FlagValue(flag).(string); ok {
			if fromEnv, set := s.env(envName("config")); set && !onCommandLine(ctx, flag) {
				return fromEnv, true
			}
			return value, onCommandLine(ctx, flag)
		}
	}
	return "registry.toml", false
}

func onCommandLine(ctx *kong.Context, flag *kong.Flag) bool {
	for _, path := range ctx.Path {
		if path.Flag == flag && !path.Resolved {
			return true
		}
	}
	return false
}

func collectFlags(node *kong.Node, known map[string]bool) {
	for _, flag := range node.Flags {
		if flag.Name != "help" && flag.Name != "version" && flag.Name != "config" {
			known[flag.Name] = true
		}
	}
	for _, child := range node.Children {
		collectFlags(child, known)
	}
}

// plain turns a value of the file into the text that the flag would have on the command line.
func plain(value any) (any, error) {
	switch v := value.(type) {
	case string, bool:
		return v, nil
	case int64, float64:
		return fmt.Sprint(v), nil
	case []any:
		var words []string
		for _, item := range v {
			word, ok := item.(string)
			if !ok {
				return nil, errors.New("must be a list of strings")
			}
			words = append(words, word)
		}
		return strings.Join(words, ","), nil
	default:
		return nil, errors.New("must be a string, a number, true or false, or a list of strings")
	}
}
