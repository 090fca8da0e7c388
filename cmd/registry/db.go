package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/cmpss/registry/generator/records/postgres"
)

type dbCommand struct {
	Install dbInstallCommand `cmd:"" help:"Install or update the reference schema, the outbox and its triggers, and the role registry_reader. Run as the owner; safe to repeat."`
	Check   dbCheckCommand   `cmd:"" help:"Say whether a database fulfils the contract, seen with the rights of the role in the address."`
}

type databaseFlag struct {
	Database string `help:"Address of the database." required:"" placeholder:"postgres://…"`
}

func (f *databaseFlag) valid() error {
	if !strings.HasPrefix(f.Database, "postgres://") && !strings.HasPrefix(f.Database, "postgresql://") {
		return usageError("--database must be an address like postgres://user@host/name")
	}
	return nil
}

type dbInstallCommand struct {
	databaseFlag `embed:""`
}

// Run installs the schema.
func (c *dbInstallCommand) Run(ctx context.Context, p *process) error {
	if err := c.valid(); err != nil {
		return err
	}
	found, err := postgres.Install(ctx, c.Database)
	if err != nil {
		return err
	}
	if found == postgres.SchemaVersion() {
		fmt.Fprintf(p.stdout, "The reference schema is there, version %d: nothing to do.\n", found)
		return nil
	}
	fmt.Fprintf(p.stdout, "The reference schema is installed, version %d.\n", postgres.SchemaVersion())
	fmt.Fprintln(p.stdout, "Grant the role registry_reader to the user that builds:")
	fmt.Fprintln(p.stdout, "  CREATE USER registry_builder PASSWORD '…' IN ROLE registry_reader;")
	fmt.Fprintln(p.stdout, "Then check: registry db check --database postgres://registry_builder@HOST/NAME")
	return nil
}

type dbCheckCommand struct {
	databaseFlag `embed:""`
}

// Run prints a line for each point of the contract.
func (c *dbCheckCommand) Run(ctx context.Context, p *process) error {
	if err := c.valid(); err != nil {
		return err
	}
	report, err := postgres.Check(ctx, c.Database)
	if err != nil {
		return err
	}
	failed := 0
	for _, line := range report.Lines {
		mark := "ok    "
		if !line.OK {
			mark = "FAILED"
			failed++
		}
		fmt.Fprintf(p.stdout, "%s  %s\n", mark, line.What)
		if !line.OK && line.Advice != "" {
			fmt.Fprintf(p.stdout, "        %s\n", line.Advice)
		}
	}
	if failed > 0 {
		return fmt.Errorf("the database does not fulfil the contract; points that failed: %d", failed)
	}
	return nil
}
