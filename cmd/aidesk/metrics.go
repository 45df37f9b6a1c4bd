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

// metrics are what /metrics shows: counts and durations, never an id or content. Metrics
// of models are named by OpenTelemetry's conventions for generative AI, in Prometheus's
// spelling.
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
	firstToken    *prometheus.HistogramVec
}

// The labels of metrics of models.
const (
	labelOperation = "gen_ai_operation_name"
	labelProvider  = "gen_ai_provider_name"
	labelModel     = "gen_ai_request_model"
	labelKind      = "gen_ai_token_type"
	labelError     = "error_type"
)

// operationChat is the only operation that is asked of models.
const operationChat = "chat"

// newMetrics makes the metrics of a process. The currency is part of a metric's name.
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
		firstToken: histogram("gen_ai_client_operation_time_to_first_chunk_seconds", "Until the first piece of an answer.",
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
		m.turns, m.confirmations, m.denials, m.tokens, m.request, m.firstToken, m.cost, m.offered, m.acknowledged, m.turn,
	)
	return m
}

// handler serves the metrics.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts an observation of aidesk.
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

// meteredModel is a Model whose requests are measured.
type meteredModel struct {
	model.Model
	metrics *metrics
}

// Generate measures the duration and the tokens of an answer.
func (m *meteredModel) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	info, begun := m.Info(), time.Now()
	var first sync.Once
	response, err := m.Model.Generate(ctx, r, func(e model.Event) {
		first.Do(func() {
			m.metrics.firstToken.WithLabelValues(operationChat, info.Wire, info.Name).Observe(time.Since(begun).Seconds())
		})
		if on != nil {
			on(e)
		}
	})
	m.metrics.request.WithLabelValues(operationChat, info.Wire, info.Name, errorType(err)).Observe(time.Since(begun).Seconds())
	if err != nil {
		return response, err
	}
	for kind, n := range map[string]int{"input": response.Usage.Input, "output": response.Usage.Output} {
		m.metrics.tokens.WithLabelValues(operationChat, info.Wire, info.Name, kind).Observe(float64(n))
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
