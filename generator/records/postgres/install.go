package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migrations bring the schema from each version to the next; the first creates it. One that was
// released is never changed.
var migrations = []string{"schema/001.sql", "schema/002.sql"}

// SchemaVersion is the version of the reference schema that Install brings a database to.
func SchemaVersion() int { return len(migrations) }

// installLock is the advisory lock under which schemas are installed, one at a time.
const installLock = 0x434d505353 // CMPSS

// reader is the role that may read what is published. It cannot log in: the user that the
// program connects as is made a member of it.
const reader = "registry_reader"

// Install creates the reference schema, or brings an older one to SchemaVersion: the tables,
// the view, the outbox with its triggers, and the role registry_reader, which may read the view
// and the outbox and nothing else. The URL is that of the owner to be. All of it happens in one
// transaction or not at all, and doing it again changes nothing. It gives the version that was
// found, 0 if there was none.
func Install(ctx context.Context, url string) (found int, err error) {
	target, err := parseTarget(url)
	if err != nil {
		return 0, err
	}
	conn, err := target.connect(ctx)
	if err == nil {
		defer conn.close()
		found, err = conn.install(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("install the schema in %s: %w", target, explainInstall(ctx, err))
	}
	return found, nil
}

func (c *conn) install(ctx context.Context) (found int, err error) {
	if err := c.checkServer(ctx); err != nil {
		return 0, err
	}
	if err := c.exec(ctx, `begin`); err != nil {
		return 0, err
	}
	if _, err := c.query(ctx, `select pg_advisory_xact_lock($1::bigint)`, strconv.Itoa(installLock)); err != nil {
		return 0, err
	}
	found, err = c.schemaVersion(ctx)
	if err != nil {
		return 0, err
	}
	if found > SchemaVersion() {
		return 0, fmt.Errorf("%w: it has version %d and this program knows %d; use a newer program", errSchema, found, SchemaVersion())
	}
	if found == 0 {
		if err := c.exec(ctx, `create schema registry;
			create table registry.schema_version (version int primary key, installed_at timestamptz not null default now())`); err != nil {
			return 0, err
		}
	}
	for version := found + 1; version <= SchemaVersion(); version++ {
		if err := c.execFile(ctx, migrations[version-1]); err != nil {
			return 0, err
		}
		if _, err := c.query(ctx, `insert into registry.schema_version (version) values ($1::int)`, strconv.Itoa(version)); err != nil {
			return 0, err
		}
	}
	if err := c.ensureReader(ctx); err != nil {
		return 0, err
	}
	if err := c.execFile(ctx, "schema/grants.sql"); err != nil {
		return 0, err
	}
	return found, c.exec(ctx, `commit`)
}

var errSchema = errors.New("the schema registry in the database is not one that this program can bring up to date")

// schemaVersion is the version of the reference schema, 0 if the database has no schema of the
// name. A schema that someone else made is an error.
func (c *conn) schemaVersion(ctx context.Context) (int, error) {
	exists, err := c.query(ctx, `select count(*) from pg_namespace where nspname = 'registry'`)
	if err != nil || exists == "0" {
		return 0, err
	}
	table, err := c.query(ctx, `select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = 'registry' and relname = 'schema_version'`)
	if err != nil {
		return 0, err
	}
	if table == "0" {
		return 0, fmt.Errorf("%w: it was made by something else; use another database, or give this one the view and the outbox of the contract", errSchema)
	}
	version, err := c.query(ctx, `select coalesce(max(version), 0) from registry.schema_version`)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(version)
}

func (c *conn) ensureReader(ctx context.Context) error {
	exists, err := c.query(ctx, `select count(*) from pg_roles where rolname = $1`, reader)
	if err != nil || exists != "0" {
		return err
	}
	err = c.exec(ctx, `create role `+reader+` nologin`)
	if code(err) == "42501" {
		return fmt.Errorf("%w: let an administrator of the server run CREATE ROLE %s NOLOGIN, then install again", err, reader)
	}
	return err
}

// minServer is PostgreSQL 13, the first with pg_current_snapshot and xid8.
const minServer = 130000

func (c *conn) checkServer(ctx context.Context) error {
	text, err := c.query(ctx, `show server_version_num`)
	if err != nil {
		return err
	}
	if version, err := strconv.Atoi(text); err != nil || version < minServer {
		return fmt.Errorf("the server is PostgreSQL %s; version 13 or later is needed", c.pg.ParameterStatus("server_version"))
	}
	return nil
}

// exec runs statements without arguments.
func (c *conn) exec(ctx context.Context, sql string) error {
	_, err := c.pg.Exec(ctx, sql).ReadAll()
	return err
}

func (c *conn) execFile(ctx context.Context, name string) error {
	sql, err := schemaFiles.ReadFile(name)
	if err != nil {
		return err
	}
	if err := c.exec(ctx, string(sql)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func explainInstall(ctx context.Context, err error) error {
	if ctx.Err() == nil && code(err) == "42501" && !errors.Is(err, errConnect) {
		return fmt.Errorf("%w; install as the owner of the database, or as a role that may create schemas and roles in it", err)
	}
	return explain(ctx, err)
}

// code is the SQLSTATE of an error, "" if it is not the server's.
func code(err error) string {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code
	}
	return ""
}
