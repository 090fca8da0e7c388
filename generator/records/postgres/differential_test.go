package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/records/postgres/pgtest"
)

// A second derivation of the status, from the tables of §207 and §209 and not from the Go code:
// every rule gives a span of time, and of the spans that hold an instant the gravest decides. The
// calendar, the time zone and the arithmetic of years are PostgreSQL's own.
const deriveSpans = `
create temporary table span as
with bounds as (
	select number,
	       starts_on::timestamp at time zone 'America/Los_Angeles' as begins,
	       (ends_on + 1)::timestamp at time zone 'America/Los_Angeles' as lapses,
	       ((ends_on + interval '1 year')::date + 1)::timestamp at time zone 'America/Los_Angeles' as expires,
	       ((ends_on + interval '4 years')::date + 1)::timestamp at time zone 'America/Los_Angeles' as is_vacated,
	       tstzrange(null, lead(starts_on) over (partition by number order by starts_on)::timestamp at time zone 'America/Los_Angeles') as before_next
	  from registry.term
), issued as (
	select number, tstzrange(min(begins), null) as since from bounds group by number
)
          select number, 6 as gravity, 'active' as name, tstzrange(begins, lapses) * before_next as during from bounds
union all select number, 5, 'lapsed', tstzrange(lapses, expires) * before_next from bounds
union all select number, 4, 'expired', tstzrange(expires, is_vacated) * before_next from bounds
union all select number, 2, 'vacated', tstzrange(is_vacated, null) * before_next from bounds
union all select number, case kind when 'revoked' then 1 when 'suspended' then 3 else 9 end, kind,
                 tstzrange(effective_from, effective_until) * since from registry.action join issued using (number)`

// The status and the actions of a record at an instant, of a row that has both. Gravity 9 is an
// investigation, which decides nothing.
const (
	statusAt  = `coalesce((select name from span where span.number = at.number and during @> instant and gravity < 9 order by gravity limit 1), 'not-issued')`
	actionsAt = `(select coalesce(string_agg(distinct name, ' ' order by name), '') from span where span.number = at.number and during @> instant and gravity in (1, 3, 9))`
)

// The answers at each probe and at each edge of a span. "offset 0" has each worked out once.
const deriveAnswers = `
analyze probe;
delete from span where isempty(during);
create index on span (number);
analyze span;
create temporary table edge as
select at.*, ` + statusAt + ` as status, ` + actionsAt + ` as actions
  from (select number, lower(during) as instant from span union select number, upper(during) from span) as at where instant is not null;
create index on edge (number, instant);
analyze edge;
create temporary table answer as
select at.*, (select min(instant) from edge where edge.number = at.number and edge.instant > at.instant and (edge.status, edge.actions) <> (sql_status, sql_actions)) as sql_next,
       exists (select from edge where edge.number = at.number and edge.instant between at.instant - interval '1 second' and at.instant + interval '1 second') as near
  from (select at.*, ` + statusAt + ` as sql_status, ` + actionsAt + ` as sql_actions from probe at offset 0) as at`

func TestStatusAgreesWithSQL(t *testing.T) {
	const (
		seed     = 20261122
		count    = 2500
		instants = 44
	)
	rng := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	list := make([]*certification.Record, count)
	var probes [][]any
	for i := range list {
		draft, edges := randomDraft(rng, 100_000+i)
		record, err := draft.Record()
		if err != nil {
			t.Fatalf("%+v: %v", draft, err)
		}
		list[i] = record
		for range instants {
			at := randomInstant(rng, edges)
			state := certification.StateAt(record, at)
			var next *time.Time
			if change := certification.NextChange(record, at); !change.IsZero() {
				next = &change
			}
			if status := certification.StatusAt(record, at); status != state.Status || status.Valid() != (status.String() == "active") {
				t.Fatalf("%s at %s: %s and %s", record.Number(), at, status, state.Status)
			}
			probes = append(probes, []any{record.Number().String(), at, state.Status.String(), actionNames(state.Actions), next})
		}
	}

	d := install(t)
	pgtest.Load(t, d.owner, list)
	conn := pgtest.Connect(t, d.owner)
	ctx := context.Background()
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("create temporary table probe (number text, instant timestamptz, go_status text, go_actions text, go_next timestamptz)")
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"probe"}, []string{"number", "instant", "go_status", "go_actions", "go_next"}, pgx.CopyFromRows(probes)); err != nil {
		t.Fatal(err)
	}
	exec(deriveSpans)
	exec(deriveAnswers)

	rows, err := conn.Query(ctx, `select format('%s at %s: status %s and %s, actions "%s" and "%s", next change %s and %s; terms %s; actions %s',
		number, instant, go_status, sql_status, go_actions, sql_actions, go_next, sql_next, terms, actions)
		from answer join registry.public_record using (number)
		where go_status <> sql_status or go_actions <> sql_actions or go_next is distinct from sql_next limit 20`)
	if err != nil {
		t.Fatal(err)
	}
	differences, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, difference := range differences {
		t.Errorf("Go and SQL: %s", difference)
	}

	var pairs, near int
	if err := conn.QueryRow(ctx, "select count(*), count(*) filter (where near) from answer").Scan(&pairs, &near); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d pairs of record and instant, %d of them within a second of a boundary", pairs, near)
	if pairs < 100_000 || near < pairs/10 {
		t.Errorf("too few: 100000 and a tenth are promised")
	}
	for _, status := range []string{"not-issued", "active", "lapsed", "expired", "suspended", "vacated", "revoked"} {
		var all, close int
		if err := conn.QueryRow(ctx, "select count(*), count(*) filter (where near) from answer where sql_status = $1", status).Scan(&all, &close); err != nil {
			t.Fatal(err)
		}
		t.Logf("%-10s %6d, %d near a boundary", status, all, close)
		if all == 0 || close == 0 {
			t.Errorf("no instant at which a record is %s", status)
		}
	}
}

func actionNames(set certification.Actions) string {
	var names []string
	for _, kind := range []certification.ActionKind{certification.ActionRevoked, certification.ActionSuspended, certification.UnderInvestigation} {
		if set.Has(kind) {
			names = append(names, kind.String())
		}
	}
	return strings.Join(names, " ") // in the order of the alphabet
}

// randomDraft makes a valid record whose terms and actions meet in every way, and gives the
// instants at which something may happen to it.
func randomDraft(rng *rand.Rand, number int) (certification.Draft, []time.Time) {
	draft := certification.Draft{Number: fmt.Sprintf("MPSS%d", number), LegalName: "Jane Doe"}
	var edges []time.Time
	from := randomDay(rng)
	for range 1 + rng.IntN(4) {
		to := from.AddYears(2) - 1
		switch rng.IntN(8) {
		case 0:
			to = from // a term of one day
		case 1:
			to = from + certification.Date(rng.IntN(1000))
		case 2:
			if day := specialDay(rng, yearOf(from)+1+rng.IntN(3)); day >= from {
				to = day
			}
		}
		draft.Terms = append(draft.Terms, certification.DraftTerm{From: from.String(), To: to.String()})
		vacated := to.AddYears(4) + 1
		edges = append(edges, from.Start(), to.Start(), to.End(), to.AddYears(1).Start(), to.AddYears(1).End(), to.AddYears(4).Start(), vacated.Start())
		switch rng.IntN(6) {
		case 0:
			from = to + 1 + certification.Date(rng.IntN(int(vacated-to)-1)) // any day before it is vacated
		case 1:
			from = vacated - 1 // the last day on which a renewal is possible
		case 2:
			from = to.AddYears(1) + certification.Date(rng.IntN(3)) // as it expires
		default:
			from = to + 1
		}
	}
	instant := func() time.Time {
		if rng.IntN(2) == 0 {
			return edges[rng.IntN(len(edges))].Add(jitter(rng)).UTC()
		}
		return edges[0].Add(time.Duration(rng.Int64N(int64(12 * 365 * 24 * time.Hour)))).Truncate(time.Microsecond).UTC()
	}
	kinds := []string{"under-investigation", "suspended", "suspended", "revoked"}
	for range max(0, rng.IntN(6)-2) {
		action := certification.DraftAction{Kind: kinds[rng.IntN(len(kinds))]}
		from, until := instant(), instant()
		action.From = from.Format(time.RFC3339Nano)
		edges = append(edges, from)
		if until.After(from) && rng.IntN(4) > 0 {
			action.Until = until.Format(time.RFC3339Nano)
			edges = append(edges, until)
		}
		draft.Actions = append(draft.Actions, action)
	}
	return draft, edges
}

// randomInstant is near an edge every third time, and otherwise anywhere in the life of the record.
func randomInstant(rng *rand.Rand, edges []time.Time) time.Time {
	if rng.IntN(3) == 0 {
		return edges[rng.IntN(len(edges))].Add(jitter(rng)).UTC()
	}
	life := 20 * 365 * 24 * time.Hour
	return edges[0].Add(time.Duration(rng.Int64N(int64(life)) - int64(life)/8)).Truncate(time.Microsecond).UTC()
}

func jitter(rng *rand.Rand) time.Duration {
	around := []time.Duration{0, 0, time.Microsecond, 500 * time.Millisecond, time.Second - time.Microsecond, time.Second}
	d := around[rng.IntN(len(around))]
	if rng.IntN(2) == 0 {
		return -d
	}
	return d
}

func randomDay(rng *rand.Rand) certification.Date {
	year := 2000 + rng.IntN(32)
	if rng.IntN(2) == 0 {
		return specialDay(rng, year)
	}
	return certification.NewDate(year, 1, 1) + certification.Date(rng.IntN(365))
}

// specialDay is a day on which calendars go wrong: the last of February, a change of clocks
// or its neighbours, the turn of a year.
func specialDay(rng *rand.Rand, year int) certification.Date {
	switch rng.IntN(4) {
	case 0:
		return certification.NewDate(year, 3, 1) - certification.Date(rng.IntN(3))
	case 1:
		return sunday(year, 3, 2) + certification.Date(rng.IntN(3)-1) // clocks go forward, since 2007
	case 2:
		return sunday(year, 11, 1) + certification.Date(rng.IntN(3)-1) // clocks go back
	}
	return certification.NewDate(year, 12, 30) + certification.Date(rng.IntN(4))
}

// sunday is the nth Sunday of a month.
func sunday(year int, month time.Month, nth int) certification.Date {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return certification.NewDate(year, month, 1+(7-int(first.Weekday()))%7+7*(nth-1))
}

func yearOf(d certification.Date) int {
	year, _, _ := d.YMD()
	return year
}
