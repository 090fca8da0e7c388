package main

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cmpss/registry/generator/certification"
	"github.com/cmpss/registry/generator/follow"
	"github.com/cmpss/registry/generator/publish"
	"github.com/cmpss/registry/generator/records"
)

// alarmAfter is how long a change may stand in the source before it is an alarm: two thirds of
// the 72 hours that the certifying entity promises (§805).
const alarmAfter = 48 * time.Hour

// metrics say how the following of a source goes. They count; they name nobody.
type metrics struct {
	registry     *prometheus.Registry
	now          func() time.Time
	publications prometheus.Counter
	failures     *prometheus.CounterVec
	written      prometheus.Counter
	records      *prometheus.GaugeVec
	rejected     prometheus.Gauge
	held         prometheus.Gauge
	listens      prometheus.Gauge
	nextUpdate   prometheus.Gauge
	seen         atomic.Int64 // up to when every change of the source was read, in Unix nanoseconds; 0 if none was
	pending      atomic.Int64 // when the oldest change was made that is read and not published, in Unix nanoseconds; 0 if there is none
	delay        prometheus.Histogram
	duration     prometheus.Histogram
}

func newMetrics(now func() time.Time) *metrics {
	m := &metrics{
		registry:     prometheus.NewRegistry(),
		now:          now,
		publications: prometheus.NewCounter(prometheus.CounterOpts{Name: "registry_publications_total", Help: "Publications that were finished."}),
		failures:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "registry_failures_total", Help: "Looks that failed, by kind: clock, held, older, other."}, []string{"kind"}),
		written:      prometheus.NewCounter(prometheus.CounterOpts{Name: "registry_files_written_total", Help: "Files written because their bytes changed."}),
		records:      prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "registry_records", Help: "Published certifications by status."}, []string{"status"}),
		rejected:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "registry_rejected_rows", Help: "Rows of the source that could not be understood."}),
		held:         prometheus.NewGauge(prometheus.GaugeOpts{Name: "registry_held", Help: "1 while a difference is held until a person accepts it."}),
		listens:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "registry_listening", Help: "1 while the source's notifications are heard."}),
		nextUpdate:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "registry_next_update_timestamp_seconds", Help: "Until when the published statements may be relied on."}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "registry_change_delay_seconds", Help: "From a change in the source to its page.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 600, 3600, 12 * 3600, 48 * 3600, 72 * 3600},
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "registry_publication_duration_seconds", Help: "Reading, building and publishing.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}),
	}
	m.registry.MustRegister(m.publications, m.failures, m.written, m.records, m.rejected, m.held, m.listens, m.nextUpdate, m.delay, m.duration)
	// The age of a change that waits grows although nothing happens, so it is worked out when it is asked for.
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "registry_oldest_unpublished_change_seconds", Help: "Age of the oldest change that was read and is not published; 0 if there is none."},
			func() float64 { return m.age(&m.pending).Seconds() }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "registry_change_overdue", Help: "1 if a change has not been published for 48 hours, of the 72 that are promised, or may not have been, because the source could not be read."},
			func() float64 {
				if m.age(&m.pending) > alarmAfter || m.age(&m.seen) > alarmAfter {
					return 1
				}
				return 0
			}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "registry_last_look_timestamp_seconds", Help: "Up to when every change of the source was read; 0 if none was."},
			func() float64 { return float64(m.seen.Load() / int64(time.Second)) }),
	)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// keeping is what a Keeper says of itself.
type keeping interface {
	Held() bool
	Seen() time.Time
	Pending() time.Time
}

// looked counts one look.
func (m *metrics) looked(r follow.Report, err error, k keeping) {
	_, held := errors.AsType[*publish.HeldError](err)
	older := errors.Is(err, records.ErrBackwards)
	m.held.Set(0) // a look that fails does not end it
	if k.Held() {
		m.held.Set(1)
	}
	switch {
	case held:
		m.failures.WithLabelValues("held").Inc()
	case older:
		m.failures.WithLabelValues("older").Inc()
	case errors.Is(err, follow.ErrClock):
		m.failures.WithLabelValues("clock").Inc()
	case err != nil:
		m.failures.WithLabelValues("other").Inc()
	default:
		m.rejected.Set(float64(len(r.Rejections)))
	}
	store := func(to *atomic.Int64, at time.Time) {
		to.Store(0)
		if !at.IsZero() {
			to.Store(at.UnixNano())
		}
	}
	store(&m.seen, k.Seen())
	store(&m.pending, k.Pending())
	if !r.Published {
		return
	}
	m.publications.Inc()
	m.written.Add(float64(r.Publish.Written))
	m.duration.Observe((r.ReadTook + r.BuildTook + r.PublishTook).Seconds())
	for _, status := range certification.Published() {
		m.records.WithLabelValues(status.String()).Set(float64(r.Records[status.String()]))
	}
	if !r.NextUpdate.IsZero() {
		m.nextUpdate.Set(float64(r.NextUpdate.Unix()))
	}
	for _, delay := range r.Delays {
		m.delay.Observe(delay.Seconds())
	}
}

// age is how long ago an instant was; 0 if there is none.
func (m *metrics) age(of *atomic.Int64) time.Duration {
	if at := of.Load(); at != 0 {
		return m.now().Sub(time.Unix(0, at))
	}
	return 0
}

func (m *metrics) listening(ok bool) {
	m.listens.Set(0)
	if ok {
		m.listens.Set(1)
	}
}
