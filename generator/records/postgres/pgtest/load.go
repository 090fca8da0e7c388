package pgtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/certification"
)

// Load copies records into the empty tables of the reference schema, as the superuser and past
// the triggers, so that the records keep their times and nothing is noted in the outbox.
func Load(t testing.TB, url string, list []*certification.Record) {
	t.Helper()
	if err := load(context.Background(), url, list); err != nil {
		t.Fatalf("load records: %v", err)
	}
}

func load(ctx context.Context, url string, list []*certification.Record) error {
	var certifications, terms, actions [][]any
	for _, r := range list {
		if r.IsUnavailable() {
			return fmt.Errorf("%s is unavailable: it has nothing to load", r.Number())
		}
		number := r.Number().String()
		areas := []string{}
		for area := range r.Specializations().All() {
			areas = append(areas, area.String())
		}
		updated := r.UpdatedAt()
		if updated.IsZero() {
			updated = r.Terms()[0].From.Start()
		}
		certifications = append(certifications, []any{number, r.LegalName(), areas, updated})
		for _, term := range r.Terms() {
			terms = append(terms, []any{number, day(term.From), day(term.To)})
		}
		for _, action := range r.Actions() {
			var until *time.Time
			if !action.Until.IsZero() {
				until = &action.Until
			}
			actions = append(actions, []any{number, action.Kind.String(), action.From, until})
		}
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set session_replication_role = replica"); err != nil {
		return err
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"certification", []string{"number", "legal_name", "specializations", "updated_at"}, certifications},
		{"term", []string{"number", "starts_on", "ends_on"}, terms},
		{"action", []string{"number", "kind", "effective_from", "effective_until"}, actions},
	} {
		_, err := conn.CopyFrom(ctx, pgx.Identifier{"registry", table.name}, table.columns, pgx.CopyFromRows(table.rows))
		if err != nil {
			return fmt.Errorf("table %s: %w", table.name, err)
		}
	}
	_, err = conn.Exec(ctx, "analyze registry.certification, registry.term, registry.action")
	return err
}

func day(d certification.Date) time.Time {
	year, month, dayOfMonth := d.YMD()
	return time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
}
