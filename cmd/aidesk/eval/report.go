package eval

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"aidesk/bots/bot"
	"aidesk/core/markdown"
)

// Print prints a result for people: a line for each question, what is wrong with those that
// did not come out, and the sums. Every text of a model is cleaned.
func (r Result) Print(out io.Writer, currency string) error {
	var b strings.Builder
	repeated := len(r.Outcomes) > 0 && len(r.Outcomes[0].Tries) > 1
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	head := "\t#\tWANTED\tCHOSEN\tTOKENS\tQUESTION"
	if repeated {
		head = "\tRATE" + head
	}
	fmt.Fprintln(table, head)
	for _, o := range r.Outcomes {
		fmt.Fprintf(table, "%s\t", o.Verdict)
		if repeated {
			fmt.Fprintf(table, "%.0f %%\t", 100*o.Rate)
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", o.Number, o.Want, describe(o), bot.Grouped(int64(o.Input+o.Output)), markdown.Line(o.Ask, 80))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	b.WriteString(r.reasons())
	fmt.Fprintf(&b, "\n%s, asked of %s. Nothing was sent to a plugin.\n", r.sum(), markdown.Line(r.Model, 80))
	b.WriteString(r.line(currency))
	_, err := io.WriteString(out, b.String())
	return err
}

// line says what was used; nothing where no language model was asked.
func (s Spent) line(currency string) string {
	if s.Input+s.Output == 0 {
		return ""
	}
	said := fmt.Sprintf("%s tokens read, %s written", bot.Grouped(int64(s.Input)), bot.Grouped(int64(s.Output)))
	if s.Estimated {
		said += " (estimated)"
	}
	if s.Micros > 0 {
		said += ", " + bot.Decimal(s.Micros) + " " + currency
	}
	return said + ".\n"
}

// reasons says of every try that is not right why it is not; the same reason once.
func (r Result) reasons() string {
	var b strings.Builder
	for _, o := range r.Outcomes {
		said := map[string]bool{}
		for _, t := range o.Tries {
			if t.Why == "" || said[t.Why] {
				continue
			}
			said[t.Why] = true
			fmt.Fprintf(&b, "\n%d: %s.", o.Number, strings.TrimSuffix(markdown.Line(t.Why, 300), "."))
			if t.Text != "" {
				fmt.Fprintf(&b, " The model said: %s", t.Text)
			}
		}
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// sum counts the verdicts.
func (r Result) sum() string {
	parts := []string{fmt.Sprintf("%d of %d are right", r.Right, len(r.Outcomes))}
	for _, c := range []struct {
		n    int
		word Verdict
	}{{r.Wrong, Wrong}, {r.Forbidden, Forbidden}, {r.Failed, Failed}, {r.Unasked, Unasked}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	return strings.Join(parts, ", ")
}

// describe tells the calls of the try that shows best how a question came out: the first that
// came out as the question did.
func describe(o Outcome) string {
	shown := o.Tries[0]
	for _, t := range o.Tries {
		if t.Verdict == o.Verdict {
			shown = t
			break
		}
	}
	if len(shown.Calls) == 0 {
		if shown.Verdict == Failed || shown.Verdict == Unasked {
			return "-"
		}
		return None
	}
	var all []string
	for _, c := range shown.Calls {
		all = append(all, c.Operation+" "+markdown.Line(string(c.Arguments), 80))
	}
	return markdown.Line(strings.Join(all, ", "), 200)
}
