package anthropic

import (
	"cmp"
	"encoding/json"
	"slices"

	"aidesk/core/model"
	"aidesk/core/model/wire"
)

// event is one event of a stream; of a whole answer, all of it.
type event struct {
	message

	Type    string          `json:"type"`
	Error   json.RawMessage `json:"error"`
	Message *message        `json:"message"`
	Index   *int            `json:"index"`
	Block   json.RawMessage `json:"content_block"`
	Delta   struct {
		Type      string          `json:"type"`
		Text      string          `json:"text"`
		Thinking  string          `json:"thinking"`
		Signature string          `json:"signature"`
		JSON      json.RawMessage `json:"partial_json"`
		Stop      *string         `json:"stop_reason"`
	} `json:"delta"`
}

// message is an answer.
type message struct {
	ID      json.RawMessage   `json:"id"`
	Content []json.RawMessage `json:"content"`
	Stop    *string           `json:"stop_reason"`
	Usage   *usage            `json:"usage"`
}

// usage counts tokens; a later count replaces an earlier one.
type usage struct {
	Input      *int `json:"input_tokens"`
	Output     *int `json:"output_tokens"`
	CacheRead  *int `json:"cache_read_input_tokens"`
	CacheWrite *int `json:"cache_creation_input_tokens"`
}

// block is a piece of an answer on its way.
type block struct {
	Type  string          `json:"type"`
	Text  string          `json:"text"`
	ID    string          `json:"id"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`

	raw                 json.RawMessage
	index               *int
	call                *wire.Call // of a call
	pieces              []byte     // of its arguments
	thinking, signature string
	done                bool
}

// answer puts an answer together.
type answer struct {
	wire.Answer

	exchange *wire.Exchange
	opaque   func([]byte) model.Part
	blocks   []*block
	count    usage
	ended    bool
}

// add takes one event. Kinds that are not known mean nothing.
func (a *answer) add(raw []byte) error {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return wire.NotPart()
	}
	if e.Type == "error" || len(e.Error) > 0 && string(e.Error) != "null" {
		return a.exchange.StreamError(raw)
	}
	switch e.Type {
	case "message_start":
		if e.Message != nil {
			a.take(*e.Message)
		}
	case "content_block_start":
		return a.open(e.Block, e.Index)
	case "content_block_delta":
		return a.delta(e)
	case "content_block_stop":
		if b := a.find(e.Index); b != nil {
			a.close(b)
		}
	case "message_delta":
		e.Stop = e.Delta.Stop
		a.take(e.message)
	case "message_stop":
		a.end()
	case "message": // no stream
		a.take(e.message)
		for i, raw := range e.Content {
			if err := a.open(raw, &i); err != nil {
				return err
			}
		}
		a.end()
	}
	return nil
}

// take takes what is told of the whole answer.
func (a *answer) take(m message) {
	if a.ID == "" {
		a.ID = wire.Text(m.ID)
	}
	if m.Stop != nil && *m.Stop != "" {
		a.Finish = *m.Stop
	}
	if u := m.Usage; u != nil {
		a.count = usage{
			cmp.Or(u.Input, a.count.Input), cmp.Or(u.Output, a.count.Output),
			cmp.Or(u.CacheRead, a.count.CacheRead), cmp.Or(u.CacheWrite, a.count.CacheWrite),
		}
	}
}

// open begins a block. Each is one of its own, whatever its index. Thoughts end there,
// for they stand before what they led to.
func (a *answer) open(raw json.RawMessage, index *int) error {
	for _, b := range a.blocks {
		if b.call == nil {
			a.close(b)
		}
	}
	b := &block{}
	if err := json.Unmarshal(raw, b); err != nil {
		return wire.NotPart()
	}
	b.raw, b.index = raw, index
	switch b.Type {
	case "text":
		a.BreakParagraph()
		a.AddText(b.Text)
	case "tool_use":
		call, err := a.AddCall()
		if err != nil {
			return err
		}
		call.ID, call.Name = b.ID, b.Name
		b.call = call
	}
	a.blocks = append(a.blocks, b)
	return nil
}

// find finds the open block with an index, the newest where several have it; without
// an index the newest of all.
func (a *answer) find(index *int) *block {
	for _, b := range slices.Backward(a.blocks) {
		if !b.done && (index == nil || b.index == nil || *index == *b.index) {
			return b
		}
	}
	return nil
}

// delta adds to a block.
func (a *answer) delta(e event) error {
	b := a.find(e.Index)
	switch {
	case e.Delta.Type == "text_delta":
		a.AddText(e.Delta.Text)
	case b == nil:
		return wire.NotPart()
	case e.Delta.Type == "input_json_delta":
		b.pieces = append(b.pieces, wire.ArgumentPiece(e.Delta.JSON)...)
	case e.Delta.Type == "thinking_delta":
		b.thinking += e.Delta.Thinking
	case e.Delta.Type == "signature_delta":
		b.signature += e.Delta.Signature
	}
	return nil
}

// close ends a block. Thoughts are kept as they came: the pieces in the block that
// they belong to.
func (a *answer) close(b *block) {
	if b.done {
		return
	}
	b.done = true
	switch b.Type {
	case "tool_use":
		b.call.Arguments = b.pieces
		if len(b.pieces) == 0 {
			b.call.Arguments = wire.ArgumentPiece(b.Input)
		}
	case "redacted_thinking":
		a.AddPart(a.opaque(b.raw))
	case "thinking":
		var whole map[string]any
		if json.Unmarshal(b.raw, &whole) != nil {
			return
		}
		for name, more := range map[string]string{"thinking": b.thinking, "signature": b.signature} {
			had, _ := whole[name].(string)
			whole[name] = had + more
		}
		if raw, err := json.Marshal(whole); err == nil {
			a.AddPart(a.opaque(raw))
		}
	}
}

// end ends the answer, and the blocks that the server left open.
func (a *answer) end() {
	a.ended = true
	for _, b := range a.blocks {
		a.close(b)
	}
	c := a.count
	if c.Input == nil && c.Output == nil {
		return
	}
	value := func(n *int) int {
		if n == nil {
			return 0
		}
		return *n
	}
	read, written := value(c.CacheRead), value(c.CacheWrite)
	a.Usage = &model.Usage{
		Input: value(c.Input) + read + written, Output: value(c.Output), CacheRead: read, CacheWrite: written,
	}
}

// stop is why the model stopped.
func (a *answer) stop() model.Stop {
	switch a.Finish {
	case "max_tokens", "model_context_window_exceeded":
		return model.Length
	case "refusal":
		return model.Refusal
	}
	if a.HasCalls() {
		return model.Calls
	}
	return model.End
}
