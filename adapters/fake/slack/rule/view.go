package rule

import (
	"maps"
	"slices"
)

// What a view may be.
var (
	viewFields = fields{
		"type!": oneOf("modal", "home"), "blocks!": rule(func(*checker, string, any) {}), "private_metadata": text(0, 3000), "callback_id": text(0, 255), "external_id": text(0, 255),
	}
	modalShape = shape(merged(viewFields, fields{
		"title!": plainText(24), "submit": plainText(24), "close": plainText(24), "clear_on_close": boolean, "notify_on_close": boolean, "submit_disabled": boolean,
	}))
	homeShape = shape(viewFields)
)

func merged(a, b fields) fields {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// maxView is how long a view is, in bytes.
const maxView = 250_000

// View reads and checks a view: a modal, or a home page of the app. unfetchable is as for
// [Blocks]. The error is a *Refusal.
func View(raw string, home bool, unfetchable func(url string) bool) (map[string]any, error) {
	if len(raw) > maxView {
		return nil, &Refusal{Word: "view_too_large"}
	}
	v, err := decode(raw)
	body, ok := v.(object)
	if err != nil || !ok {
		return nil, &Refusal{"invalid_arguments", []string{"[ERROR] must provide an object [json-pointer:/view]"}}
	}
	c := &checker{unfetchable: unfetchable}
	on, what, kind := Modal, modalShape, "modal"
	if home {
		on, what, kind = Home, homeShape, "home"
	}
	if body["type"] != kind {
		c.faultf("/view/type", "must be one of: %s", kind)
	}
	what(c, "/view", body)
	list, ok := body["blocks"].([]any)
	if !ok || len(list) == 0 {
		c.faultf("/view/blocks", "no less than 1 items allowed")
	}
	c.checkBlocks("/view/blocks", list, on)
	if HasInput(list) && body["submit"] == nil && !home {
		c.faultf("/view", "missing required field: submit")
	}
	if len(c.faults) > 0 {
		return nil, &Refusal{"invalid_arguments", c.faults}
	}
	return body, nil
}

// HasInput reports whether blocks have an input.
func HasInput(list []any) bool {
	return slices.ContainsFunc(list, func(v any) bool { o, _ := v.(object); return o["type"] == "input" })
}

// IsBlock reports whether there is a block of this type.
func IsBlock(kind string) bool { return blocks[kind] != nil }

// IsElement reports whether there is an element of this type: what a member can use, and
// pictures.
func IsElement(kind string) bool { return elements[kind] != nil }
