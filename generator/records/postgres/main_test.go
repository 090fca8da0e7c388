package postgres_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records"
	"github.com/cmpss/registry/generator/records/postgres"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
	"github.com/cmpss/registry/generator/records/sample"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

const password = "s3cret-Wörd%/@"

// database is an installed database with its users.
type database struct {
	cluster *pgtest.Cluster
	name    string
	owner   string // URL of the superuser, who installed it
	reader  string // URL of a user that is a member of registry_reader
}

func install(t testing.TB) database {
	t.Helper()
	cluster := pgtest.Start(t)
	name := cluster.Database(t)
	d := database{cluster: cluster, name: name, owner: cluster.URL(name, "postgres", "")}
	if found, err := postgres.Install(context.Background(), d.owner); err != nil || found != 0 {
		t.Fatalf("found %d: %v", found, err)
	}
	d.reader = user(t, cluster, name, "reader_of_"+name)
	pgtest.Exec(t, d.owner, "grant registry_reader to reader_of_"+name)
	return d
}

// user creates a user with the password and gives its URL.
func user(t testing.TB, cluster *pgtest.Cluster, database, name string, attributes ...string) string {
	t.Helper()
	pgtest.Exec(t, cluster.URL(database, "postgres", ""), "create role "+name+" login password '"+password+"' "+strings.Join(attributes, " "))
	return cluster.URL(database, name, password)
}

func snapshot(ctx context.Context, url string) (*records.Snapshot, error) {
	source, err := postgres.Open(url)
	if err != nil {
		return nil, err
	}
	return source.Snapshot(ctx, nil)
}

func mustSnapshot(t testing.TB, url string) *records.Snapshot {
	t.Helper()
	s, err := snapshot(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fromFile is the snapshot of a file of synthetic records.
func fromFile(t testing.TB, count int, seed uint64) *records.Snapshot {
	t.Helper()
	var out bytes.Buffer
	if err := sample.Write(&out, count, seed); err != nil {
		t.Fatal(err)
	}
	// The tables have no mark for synthetic records.
	content := strings.ReplaceAll(out.String(), `,"sample":true`, "")
	path := filepath.Join(t.TempDir(), "records.ndjson")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	source, err := records.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Snapshot(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lines(list []*certification.Record) []string {
	var out []string
	for _, r := range list {
		out = append(out, string(r.AppendJSON(nil)))
	}
	return out
}
