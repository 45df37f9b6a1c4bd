package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	prometheus "github.com/VictoriaMetrics/metrics"

	"aidesk/bots/bot"
	"aidesk/core/model"
)

// metrics are what /metrics shows: counts and durations, never an id or content. Metrics
// of models are named by OpenTelemetry's conventions for generative AI, in Prometheus's
// spelling; docs/model.md says what each means.
type metrics struct {
	set *prometheus.Set

	cost         *prometheus.FloatCounter
	offered      *prometheus.PrometheusHistogram
	acknowledged *prometheus.PrometheusHistogram
	turn         *prometheus.PrometheusHistogram
}

// newMetrics makes the metrics of a process. The currency is part of a metric's name.
func newMetrics(currency string) *metrics {
	prometheus.ExposeMetadata(true) // the type of each
	set := prometheus.NewSet()
	return &metrics{
		set:          set,
		cost:         set.NewFloatCounter("aidesk_cost_" + strings.ToLower(currency) + "_total"),
		offered:      set.NewPrometheusHistogramExt("aidesk_tools_offered", []float64{0, 1, 2, 4, 8, 16, 24, 32, 64}),
		acknowledged: set.NewPrometheusHistogramExt("aidesk_event_acknowledgement_duration_seconds", prometheus.ExponentialBuckets(0.0005, 2, 14)),
		turn:         set.NewPrometheusHistogramExt("gen_ai_invoke_agent_duration_seconds", durations()),
	}
}

// durations are the bounds of what takes seconds, as the conventions say.
func durations() []float64 { return prometheus.ExponentialBuckets(0.01, 2, 14) }

// handler serves the metrics.
func (m *metrics) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var page bytes.Buffer
		m.set.WritePrometheus(&page)
		prometheus.WriteProcessMetrics(&page)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(page.Bytes()) // whoever reads may have gone
	})
}

// observe counts an observation of aidesk.
func (m *metrics) observe(o bot.Observation) {
	switch o.What {
	case bot.TurnEnded:
		m.count("aidesk_turns_total", label{"outcome", o.Label})
		if o.Value > 0 {
			m.turn.Update(o.Value)
		}
	case bot.Decided:
		m.count("aidesk_confirmations_total", label{"decision", o.Label})
	case bot.DeniedBy:
		m.count("aidesk_policy_denials_total", label{"rule", o.Label})
	case bot.Cost:
		m.cost.Add(o.Value)
	case bot.Offered:
		m.offered.Update(o.Value)
	case bot.Acknowledged:
		m.acknowledged.Update(o.Value)
	}
}

// label is one label of a metric.
type label struct{ name, value string }

// count adds one to a metric with a label.
func (m *metrics) count(name string, l label) { m.set.GetOrCreateCounter(labelled(name, l)).Inc() }

// since records how many seconds have passed.
func (m *metrics) since(begun time.Time, name string, labels ...label) {
	m.set.GetOrCreatePrometheusHistogramExt(labelled(name, labels...), durations()).UpdateDuration(begun)
}

// labelled writes the name of a metric with its labels, as Prometheus does.
func labelled(name string, labels ...label) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	var pairs []string
	for _, l := range labels {
		pairs = append(pairs, l.name+`="`+escape.Replace(l.value)+`"`)
	}
	return name + "{" + strings.Join(pairs, ",") + "}"
}

// meteredModel is a Model whose requests are measured.
type meteredModel struct {
	model.Model
	metrics *metrics
}

// Generate measures the duration and the tokens of an answer.
func (m *meteredModel) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	info, begun := m.Info(), time.Now()
	operation, provider, name := label{"gen_ai_operation_name", "chat"}, label{"gen_ai_provider_name", info.Wire}, label{"gen_ai_request_model", info.Name}
	var first sync.Once
	response, err := m.Model.Generate(ctx, r, func(e model.Event) {
		first.Do(func() {
			m.metrics.since(begun, "gen_ai_client_operation_time_to_first_chunk_seconds", operation, provider, name)
		})
		if on != nil {
			on(e)
		}
	})
	m.metrics.since(begun, "gen_ai_client_operation_duration_seconds", label{"error_type", errorType(err)}, operation, provider, name)
	if err != nil {
		return response, err
	}
	bounds := prometheus.ExponentialBuckets(1, 4, 14)
	for kind, n := range map[string]int{"input": response.Usage.Input, "output": response.Usage.Output} {
		series := labelled("gen_ai_client_token_usage", operation, provider, name, label{"gen_ai_token_type", kind})
		m.metrics.set.GetOrCreatePrometheusHistogramExt(series, bounds).Update(float64(n))
	}
	return response, nil
}

// errorType returns an error as a label; empty: there was none.
func errorType(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*model.Error](err); ok {
		return string(e.Kind)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return "cancelled"
	}
	return "_OTHER"
}
