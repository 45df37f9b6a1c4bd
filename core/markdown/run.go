package markdown

// run collects inlines: text joins the text before it, and what is empty is left
// out.
type run struct {
	list []Inline
	open []byte // text that may still grow
}

func (r *run) text(s string) { r.open = append(r.open, s...) }

func (r *run) add(ins ...Inline) {
	for _, in := range ins {
		switch {
		case in.Kind == InlineText:
			r.text(in.Text)
		case in.Kind != InlineCode || in.Text != "":
			r.close()
			r.list = append(r.list, in)
		}
	}
}

func (r *run) close() {
	if len(r.open) > 0 {
		r.list = append(r.list, Inline{Kind: InlineText, Text: string(r.open)})
		r.open = r.open[:0]
	}
}

// done is everything collected; nil if that is nothing.
func (r *run) done() []Inline {
	r.close()
	return r.list
}

// join is the inlines of several texts as one.
func join(texts ...[]Inline) []Inline {
	var out run
	for _, ins := range texts {
		out.add(ins...)
	}
	return out.done()
}

// plain is a text of one node.
func plain(s string) []Inline { return join([]Inline{{Kind: InlineText, Text: s}}) }
