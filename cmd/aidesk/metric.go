package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"aidesk/bots/bot"
	"aidesk/core/model"
)

// metrics are what /metrics shows: counts and durations, never an id or what was said.
// Models are named as OpenTelemetry's conventions for generative AI do, in
// Prometheus's spelling.
type metrics struct {
	registry *prometheus.Registry

	turns         *prometheus.CounterVec
	confirmations *prometheus.CounterVec
	denials       *prometheus.CounterVec
	cost          prometheus.Counter
	offered       prometheus.Histogram
	acknowledged  prometheus.Histogram
	turn          prometheus.Histogram
	tokens        *prometheus.HistogramVec
	request       *prometheus.HistogramVec
	first         *prometheus.HistogramVec
}

// The labels of what is measured of a model.
const (
	labelOperation = "gen_ai_operation_name"
	labelProvider  = "gen_ai_provider_name"
	labelModel     = "gen_ai_request_model"
	labelKind      = "gen_ai_token_type"
	labelError     = "error_type"
)

// chatting is the operation of every request to a model.
const chatting = "chat"

// newMetrics makes the metrics of a process; the currency stands in the name of the cost.
func newMetrics(currency string) *metrics {
	durations := prometheus.ExponentialBuckets(0.01, 2, 14) // as the conventions say
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &metrics{
		registry:      prometheus.NewRegistry(),
		turns:         counter("aidesk_turns_total", "Questions, by how they ended.", "outcome"),
		confirmations: counter("aidesk_confirmations_total", "Cards, by what was decided.", "decision"),
		denials:       counter("aidesk_policy_denials_total", "What a rule of policy forbade.", "rule"),
		tokens: histogram("gen_ai_client_token_usage", "Tokens of one request to a model.",
			prometheus.ExponentialBuckets(1, 4, 14), labelOperation, labelProvider, labelModel, labelKind),
		request: histogram("gen_ai_client_operation_duration_seconds", "One request to a model.",
			durations, labelOperation, labelProvider, labelModel, labelError),
		first: histogram("gen_ai_client_operation_time_to_first_chunk_seconds", "Until the first piece of an answer.",
			durations, labelOperation, labelProvider, labelModel),
		cost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "aidesk_cost_" + strings.ToLower(currency) + "_total", Help: "What requests to models cost, by the configured prices.",
		}),
		offered: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aidesk_tools_offered", Help: "Tools that a question offered to the model.", Buckets: []float64{0, 1, 2, 4, 8, 16, 24, 32, 64},
		}),
		acknowledged: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "aidesk_event_acknowledgement_duration_seconds", Help: "Until an event was durable and its platform told.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
		turn: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gen_ai_invoke_agent_duration_seconds", Help: "One question, from its beginning to its answer.", Buckets: durations,
		}),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.turns, m.confirmations, m.denials, m.tokens, m.request, m.first, m.cost, m.offered, m.acknowledged, m.turn,
	)
	return m
}

// handler shows them.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts what the desk tells.
func (m *metrics) observe(o bot.Observation) {
	switch o.What {
	case bot.TurnEnded:
		m.turns.WithLabelValues(o.Label).Inc()
		if o.Value > 0 {
			m.turn.Observe(o.Value)
		}
	case bot.Decided:
		m.confirmations.WithLabelValues(o.Label).Inc()
	case bot.DeniedBy:
		m.denials.WithLabelValues(o.Label).Inc()
	case bot.Cost:
		m.cost.Add(o.Value)
	case bot.Offered:
		m.offered.Observe(o.Value)
	case bot.Acknowledged:
		m.acknowledged.Observe(o.Value)
	}
}

// measured is a Model of which every request is measured.
type measured struct {
	model.Model
	metrics *metrics
}

// Generate measures how long an answer takes, and its tokens.
func (m *measured) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	info, begun := m.Info(), time.Now()
	var first sync.Once
	response, err := m.Model.Generate(ctx, r, func(e model.Event) {
		first.Do(func() {
			m.metrics.first.WithLabelValues(chatting, info.Wire, info.Name).Observe(time.Since(begun).Seconds())
		})
		if on != nil {
			on(e)
		}
	})
	m.metrics.request.WithLabelValues(chatting, info.Wire, info.Name, kindOf(err)).Observe(time.Since(begun).Seconds())
	if err != nil {
		return response, err
	}
	for kind, n := range map[string]int{"input": response.Usage.Input, "output": response.Usage.Output} {
		m.metrics.tokens.WithLabelValues(chatting, info.Wire, info.Name, kind).Observe(float64(n))
	}
	return response, nil
}

// kindOf is a failure in one word; empty: there was none.
func kindOf(err error) string {
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
