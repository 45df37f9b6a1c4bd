package openai

import (
	"encoding/json"
	"slices"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// chunk is one event of a stream; of a whole answer, all of it. What servers
// fill in different ways is kept raw.
type chunk struct {
	ID      json.RawMessage `json:"id"`
	Error   json.RawMessage `json:"error"`
	Usage   *chatUsage      `json:"usage"`
	Choices []struct {
		Index   int     `json:"index"`
		Delta   *delta  `json:"delta"`
		Message *delta  `json:"message"`
		Finish  *string `json:"finish_reason"`
	} `json:"choices"`
}

type delta struct {
	Content json.RawMessage `json:"content"`
	Refusal *string         `json:"refusal"`
	Calls   []callDelta     `json:"tool_calls"`
	Extra   json.RawMessage `json:"extra_content"`
}

type callDelta struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"function"`
	Extra json.RawMessage `json:"extra_content"`
}

type chatUsage struct {
	Prompt      int `json:"prompt_tokens"`
	Completion  int `json:"completion_tokens"`
	PromptParts struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionParts struct {
		Reasoning int `json:"reasoning_tokens"`
	} `json:"completion_tokens_details"`
}

// chatCall is a call on its way.
type chatCall struct {
	*wire.Call

	index *int
	extra json.RawMessage
}

// chatAnswer puts an answer together.
type chatAnswer struct {
	wire.Answer

	exchange *wire.Exchange
	calls    []*chatCall
	extra    json.RawMessage
}

// add takes one event. The ids of completions may differ from event to event, and
// choices may be empty; neither means anything.
func (a *chatAnswer) add(raw []byte) error {
	var c chunk
	if err := json.Unmarshal(raw, &c); err != nil {
		return wire.NotPart()
	}
	if isSet(c.Error) {
		return a.exchange.StreamError(raw)
	}
	if a.ID == "" {
		a.ID = wire.Text(c.ID)
	}
	if c.Usage != nil {
		a.Usage = &model.Usage{
			Input: c.Usage.Prompt, Output: c.Usage.Completion,
			CacheRead: c.Usage.PromptParts.Cached, Reasoning: c.Usage.CompletionParts.Reasoning,
		}
	}
	for _, choice := range c.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, d := range []*delta{choice.Delta, choice.Message} {
			if d == nil {
				continue
			}
			if err := a.take(*d); err != nil {
				return err
			}
		}
		if choice.Finish != nil && *choice.Finish != "" {
			a.Finish = *choice.Finish
		}
	}
	return nil
}

// isSet reports whether a field is there and says something.
func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// take takes what an event adds.
func (a *chatAnswer) take(d delta) error {
	a.AddText(wire.Text(d.Content))
	if d.Refusal != nil && *d.Refusal != "" {
		a.Refused = true
		a.AddText(*d.Refusal)
	}
	if isSet(d.Extra) {
		a.extra = d.Extra
	}
	for _, part := range d.Calls {
		c, err := a.slot(part)
		if err != nil {
			return err
		}
		if c.ID == "" {
			c.ID = part.ID
		}
		if c.Name == "" {
			c.Name = part.Function.Name
		}
		if isSet(part.Extra) {
			c.extra = part.Extra
		}
		c.Arguments = append(c.Arguments, wire.ArgumentPiece(part.Function.Arguments)...)
	}
	return nil
}

// slot finds the call that a delta belongs to, or opens one. Servers leave the
// index out or repeat it for parallel calls; another id then tells them apart,
// and where there are no ids a name after complete arguments, or another name.
func (a *chatAnswer) slot(d callDelta) (*chatCall, error) {
	var c *chatCall
	for _, open := range slices.Backward(a.calls) {
		if d.Index == nil && d.ID == "" || d.Index == nil && open.ID == d.ID ||
			d.Index != nil && open.index != nil && *open.index == *d.Index {
			c = open
			break
		}
	}
	another := c == nil
	if c != nil {
		switch name := d.Function.Name; {
		case d.ID != "" && c.ID != "":
			another = d.ID != c.ID
		case name != "" && c.Name != "":
			another = name != c.Name || json.Valid(c.Arguments) && len(wire.ArgumentPiece(d.Function.Arguments)) > 0
		}
	}
	if !another {
		return c, nil
	}
	opened, err := a.AddCall()
	if err != nil {
		return nil, err
	}
	c = &chatCall{Call: opened, index: d.Index}
	a.calls = append(a.calls, c)
	return c, nil
}

// stop is why the model stopped. Servers say "stop" with calls too.
func (a *chatAnswer) stop() model.Stop {
	switch {
	case a.Finish == "length":
		return model.Length
	case a.Finish == "content_filter" || a.Refused:
		return model.Refusal
	case a.HasCalls():
		return model.Calls
	}
	return model.End
}
