package render

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// Slack's limits for modals, in characters.
const (
	maxModalTitle = 24
	MaxInput      = 3_000
	maxHint       = 150
	maxMetadata   = 3_000
	maxView       = 240_000 // bytes of JSON; Slack's own limit is 250,000
)

// FormContext is what a form has to remember until it is submitted. It is stored in the
// form's private_metadata.
type FormContext struct {
	Place  chat.Place `json:"place"`
	Secret []string   `json:"secret,omitempty"` // names
	First  string     `json:"first,omitempty"`  // name of the first input
}

// Blocks are the blocks of a message for slack-go. It sends them as they are: no block is
// decoded, so that nothing can get lost.
func Blocks(blocks json.RawMessage) ([]slackgo.Block, error) {
	if blocks == nil {
		return nil, nil
	}
	var all []json.RawMessage
	if err := json.Unmarshal(blocks, &all); err != nil {
		return nil, fmt.Errorf("splitting blocks: %w", err)
	}
	out := make([]slackgo.Block, len(all))
	for i, b := range all {
		out[i] = rawBlock{b}
	}
	return out, nil
}

// rawBlock is a block as JSON.
type rawBlock struct{ json.RawMessage }

// BlockType is empty: slack-go needs it only to decode blocks.
func (b rawBlock) BlockType() slackgo.MessageBlockType { return "" }

// ID is empty: slack-go needs it only for blocks of its own.
func (b rawBlock) ID() string { return "" }

// blockOf makes a block of a value with the block's JSON.
func blockOf(v any) (slackgo.Block, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing a block: %w", err)
	}
	return rawBlock{data}, nil
}

// plainObject is a plain_text object, cut off after most characters.
func plainObject(text string, most int) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, markdown.Line(text, most), false, false)
}

// plainSection is a section block of plain text.
func plainSection(text string) slackgo.Block {
	return slackgo.NewSectionBlock(plainObject(text, maxPlain), nil, nil)
}

// Notice is a modal that tells a member why something failed.
func Notice(line string) slackgo.ModalViewRequest {
	return slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainObject("Sorry", maxModalTitle), Close: plainObject("Close", maxModalTitle),
		Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{plainSection(line)}},
	}
}

// Modal is a form as a modal view. at is where it was opened. If all that can be chosen is
// more than a view takes, only short lists are shown and the others are typed.
func Modal(f chat.Form, at chat.Place) (slackgo.ModalViewRequest, error) {
	var v slackgo.ModalViewRequest
	for _, most := range [...]int{maxChoices * maxGroups, fewChoices} {
		var err error
		if v, err = modal(f, at, most); err != nil {
			return v, err
		}
		if body, err := json.Marshal(v); err == nil && len(body) <= maxView {
			return v, nil
		}
	}
	return v, errors.New("it has too much in it")
}

// modal is Modal with lists of at most so many choices.
func modal(f chat.Form, at chat.Place, most int) (slackgo.ModalViewRequest, error) {
	var none slackgo.ModalViewRequest
	context := FormContext{Place: at}
	var blocks []slackgo.Block
	if utf8.RuneCountInString(f.Title) > maxModalTitle || len(f.Inputs) == 0 {
		blocks = append(blocks, plainSection(f.Title))
	}
	for i, in := range f.Inputs {
		if i == 0 {
			context.First = in.Name
		}
		if in.Kind == chat.InputSecret {
			context.Secret = append(context.Secret, in.Name)
		}
		b, err := inputBlock(in, most)
		if err != nil {
			return none, err
		}
		blocks = append(blocks, b)
	}
	metadata, err := json.Marshal(context) //nolint:gosec // the names of secret inputs, not what is filled in
	if err != nil {
		return none, err
	}
	if utf8.RuneCountInString(f.ID) > MaxID || len(metadata) > maxMetadata {
		return none, errors.New("its names are too long")
	}
	return slackgo.ModalViewRequest{
		Type: slackgo.VTModal, CallbackID: f.ID, PrivateMetadata: string(metadata), Title: plainObject(f.Title, maxModalTitle),
		Submit: plainObject(cmp.Or(f.Submit, "Send"), maxModalTitle), Close: plainObject("Cancel", maxModalTitle),
		Blocks: slackgo.Blocks{BlockSet: blocks},
	}, nil
}

// InvalidForm is the answer to a submitted form that says what is wrong with which input. A
// fault without an input is shown at the first one.
func InvalidForm(faults []chat.Fault, values map[string]string, first string) *slackgo.ViewSubmissionResponse {
	if first == "" {
		notice := Notice(faults[0].Message)
		return slackgo.NewUpdateViewSubmissionResponse(&notice)
	}
	errs := map[string]string{}
	for _, f := range faults {
		at := f.Input
		if _, ok := values[at]; !ok {
			at = first
		}
		errs[at] = markdown.Line(joined([]string{errs[at], f.Message}, " "), MaxInput)
	}
	return slackgo.NewErrorsViewSubmissionResponse(errs)
}

// maxViewBlocks is Slack's limit for the blocks of a view.
const maxViewBlocks = 100

// HomeView is the App Home that shows messages one below the other. What does not fit is
// left out, and the last line says so.
func HomeView(messages []Message) (slackgo.HomeTabViewRequest, error) {
	blocks := []slackgo.Block{}
	for _, m := range messages {
		if m.Blocks == nil {
			blocks = append(blocks, plainSection(unescape(m.Text)))
			continue
		}
		more, err := Blocks(m.Blocks)
		if err != nil {
			return slackgo.HomeTabViewRequest{}, fmt.Errorf("laying out a page: %w", err)
		}
		blocks = append(blocks, more...)
	}
	if len(blocks) > maxViewBlocks {
		left := fmt.Sprintf(textMore, len(blocks)-maxViewBlocks+1)
		blocks = append(blocks[:maxViewBlocks-1], slackgo.NewContextBlock("", plainObject(left, maxPlain)))
	}
	return slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: blocks}}, nil
}
