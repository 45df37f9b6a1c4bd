package main

import (
	"fmt"
	"log/slog"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/model"
	"aidesk/core/model/anthropic"
	"aidesk/core/model/middleware"
	"aidesk/core/model/openai"
	"aidesk/core/model/planner"
)

// modelsOf makes the models of a configuration by their names: each is noted in the
// log, paid for, asked again where that may help, and followed by those it falls back to.
func modelsOf(cfg config.Config, metrics *metrics, logger *slog.Logger) (map[string]model.Model, error) {
	alone, all := map[string]model.Model{}, map[string]model.Model{}
	breakers := map[string]*middleware.Breaker{} // by host: what is down is down for all its models
	for name, m := range cfg.Models {
		leaf, err := modelOf(cfg, m)
		if err != nil {
			return nil, fmt.Errorf("models.%s: %w", name, err)
		}
		leaf = paid(leaf, m, metrics)
		alone[name] = leaf
		host := leaf.Info().Host
		if host == "" {
			continue // it is asked in this process
		}
		if breakers[host] == nil {
			breakers[host] = &middleware.Breaker{}
		}
		alone[name] = &middleware.Retry{Model: &middleware.Trace{Model: leaf, Logger: logger}, Breaker: breakers[host]}
	}
	for name, m := range cfg.Models {
		all[name] = alone[name]
		if len(m.Fallback) == 0 {
			continue
		}
		list := []model.Model{alone[name]}
		for _, other := range m.Fallback {
			list = append(list, alone[other])
		}
		all[name] = &middleware.Fallback{Models: list}
	}
	return all, nil
}

// modelOf makes the model of a configuration. Its client goes straight to the
// address that the operator wrote: proxy variables of the environment have no say.
func modelOf(cfg config.Config, m config.Model) (model.Model, error) {
	address := m.BaseURL
	switch {
	case m.Provider == "planner":
		return &planner.Planner{}, nil
	case address != "":
	case m.Provider == "anthropic":
		address = anthropic.Anthropic
	default:
		address = openai.OpenAI
	}
	client, err := clientOf(cfg, address)
	if err != nil {
		return nil, err
	}
	c := openai.Config{
		BaseURL: address, Model: m.Model, APIKey: m.APIKey.Reveal(), Client: client,
		Reasoning: m.Reasoning, Window: m.Window, MaxOutput: m.MaxOutput,
	}
	switch m.Provider {
	case "openai":
		return openai.NewResponses(c), nil
	case "anthropic":
		return anthropic.New(c), nil
	}
	return openai.NewChat(c), nil
}

// paid makes a model of which each request is paid for and measured. What is no
// language model spends nothing.
func paid(m model.Model, c config.Model, metrics *metrics) model.Model {
	if !m.Info().Literal {
		m = &middleware.Budget{Model: m, Price: c.Price.Model(), Answer: c.MaxOutput}
	}
	if metrics != nil {
		m = &measured{Model: m, metrics: metrics}
	}
	return m
}
