package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	planner    = "planner"
	responses  = "openai"
	messages   = "anthropic"
	completion = "openai-chat"
)

const providers = "want planner, openai, anthropic or openai-chat"

var efforts = []string{"none", "minimal", "low", "medium", "high", "xhigh", "max"}

func (d *decoder) checkModels(models map[string]Model) {
	for _, name := range slices.Sorted(maps.Keys(models)) {
		key, m := "models."+name, models[name]
		switch m.Provider {
		case planner:
			d.checkPlanner(key, m)
		case responses, messages, completion:
			d.checkServer(key, m)
		case "":
			d.faultf(key+".provider", "missing; %s", providers)
		default:
			d.faultf(key+".provider", providers)
		}
		d.checkFallback(key, name, models)
	}
}

func (d *decoder) checkPlanner(key string, m Model) {
	for name, set := range map[string]bool{
		"model": m.Model != "", "base_url": m.BaseURL != "", "api_key": m.APIKey != "", "reasoning": m.Reasoning != "",
		"window": m.Window != 0, "max_output": m.MaxOutput != 0, "fallback": len(m.Fallback) > 0,
	} {
		if set {
			d.faultf(key+"."+name, "the planner takes none; remove it, or set the provider to openai-chat")
		}
	}
}

func (d *decoder) checkServer(key string, m Model) {
	if m.Model == "" {
		d.faultf(key+".model", "missing; name the model as its server does")
	}
	switch {
	case m.BaseURL == "" && m.Provider == completion:
		d.faultf(key+".base_url", "missing; give the server's address, such as http://127.0.0.1:11434/v1")
	case m.BaseURL == "" && m.APIKey == "":
		d.faultf(key+".api_key", "missing; %s answers nobody without a key", m.Provider)
	case m.BaseURL != "" && !isWeb(m.BaseURL):
		d.faultf(key+".base_url", "want an http:// or https:// address such as http://127.0.0.1:11434/v1, without user, query or fragment; a key goes into api_key")
	}
	known := efforts
	if m.Provider == messages {
		known = efforts[2:]
	}
	if m.Reasoning != "" && !slices.Contains(known, m.Reasoning) {
		d.faultf(key+".reasoning", "want one of %s", strings.Join(known, ", "))
	}
	if m.Window < 0 || m.Window > 0 && m.Window < 1024 {
		d.faultf(key+".window", "want the tokens that the model can read and write in all, such as 128000")
	}
	if m.MaxOutput < 0 || m.Window > 0 && m.MaxOutput >= m.Window {
		d.faultf(key+".max_output", "want the most tokens of one answer, fewer than window")
	}
}

func (d *decoder) checkFallback(key, name string, models map[string]Model) {
	for i, other := range models[name].Fallback {
		at := fmt.Sprintf("%s.fallback[%d]", key, i)
		if other == name || slices.Contains(models[name].Fallback[:i], other) {
			d.faultf(at, "%s was asked before; remove it", other)
			continue
		}
		d.checkBotModel(at, other, slices.Sorted(maps.Keys(models)))
	}
}
