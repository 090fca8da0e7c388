package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// commandIn gives the command under test as a program in the folder, to be run in a process of its own:
// testscript.Main runs the command when the tests are called by the command's name.
func commandIn(t testing.TB, dir string) string {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "registry")
	if err := os.Symlink(executable, name); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	return name
}

// memoryOf reads a measure of a process's memory, in MB, as Linux gives it.
func memoryOf(t testing.TB, id int, measure string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", id))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "\n"+measure+":")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
