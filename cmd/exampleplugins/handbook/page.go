package handbook

import (
	"cmp"
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/template"

	"aidesk/cmd/exampleplugins/invent"
	"aidesk/cmd/exampleplugins/site"
)

// facts is what the texts of the pages leave open.
type facts struct {
	Org, Currency             string
	HR, IT, Finance, Security string // whom to turn to

	ParentalWeeks, ParentalMonths int
	HolidayDays, CarryOver        int
	SickDays, ProbationMonths     int
	NoticeWeeks                   int
	RemoteDays, AbroadDays        int
	TrainHours, NightLimit        int
	MealLimit, ReceiptLimit       int
	LaptopYears, DeskBudget       int
	ReferralBonus                 int
	LearningBudget, LearningDays  int
}

// factsOf is the organisation of a seed.
func factsOf(cfg site.Config) facts {
	if cfg.Seed == 0 {
		return facts{
			Org: "Harbour & Vine", Currency: "EUR",
			HR: "Ines Hartmann", IT: "Otis Lindqvist", Finance: "Clio Moreau", Security: "Dag Oyelaran",
			ParentalWeeks: 26, ParentalMonths: 3, HolidayDays: 30, CarryOver: 5, SickDays: 4, ProbationMonths: 6,
			NoticeWeeks: 8, RemoteDays: 3, AbroadDays: 30, TrainHours: 5, NightLimit: 160, MealLimit: 45, ReceiptLimit: 15,
			LaptopYears: 3, DeskBudget: 800, ReferralBonus: 1500, LearningBudget: 1200, LearningDays: 5,
		}
	}
	r := cfg.Rand("handbook")
	from := func(least, most int) int { return least + r.IntN(most-least+1) }
	people := invent.People(r, 4)
	return facts{
		Org:      invent.Place(r) + " " + []string{"Works", "Press", "Foundry", "Institute", "Gardens"}[r.IntN(5)],
		Currency: []string{"EUR", "USD", "GBP", "CHF"}[r.IntN(4)],
		HR:       people[0], IT: people[1], Finance: people[2], Security: people[3],
		ParentalWeeks: from(12, 40), ParentalMonths: from(2, 6), HolidayDays: from(24, 36), CarryOver: from(3, 10),
		SickDays: from(2, 6), ProbationMonths: from(3, 6), NoticeWeeks: from(4, 12), RemoteDays: from(1, 5),
		AbroadDays: from(10, 60), TrainHours: from(3, 8), NightLimit: from(90, 220), MealLimit: from(25, 70),
		ReceiptLimit: from(5, 30), LaptopYears: from(2, 5), DeskBudget: 50 * from(6, 30), ReferralBonus: 100 * from(5, 30),
		LearningBudget: 100 * from(5, 25), LearningDays: from(2, 10),
	}
}

//go:embed pages/*.md
var files embed.FS

// page is one page of the handbook.
type page struct {
	Slug    string
	Title   string
	Summary string // one sentence
	Also    string // words that people use for the same thing
	Text    string // Markdown: paragraphs, headings of level 2, lists
}

func (p page) path() string { return "/pages/" + p.Slug }

// readPages reads the files and fills in the facts, in the order of the titles.
//
// A file begins with a head of lines "name: value" up to an empty line; all
// after it is the text, a text/template.
func readPages(f facts) ([]page, error) {
	entries, err := files.ReadDir("pages")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	var pages []page
	for _, entry := range entries {
		raw, err := files.ReadFile("pages/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
		p := page{Slug: strings.TrimSuffix(path.Base(entry.Name()), ".md")}
		if err := p.fill(string(raw), f); err != nil {
			return nil, fmt.Errorf("page %s: %w", entry.Name(), err)
		}
		pages = append(pages, p)
	}
	slices.SortFunc(pages, func(x, y page) int { return cmp.Compare(x.Title, y.Title) })
	return pages, nil
}

func (p *page) fill(raw string, f facts) error {
	head, text, _ := strings.Cut(raw, "\n\n")
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "title":
			p.Title = value
		case "summary":
			p.Summary = value
		case "also":
			p.Also = value
		default:
			return fmt.Errorf("its head has an unknown line %q", line)
		}
	}
	t, err := template.New(p.Slug).Parse(text)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return err
	}
	p.Text = strings.TrimSpace(b.String())
	return nil
}

// block is a piece of a page: a heading, a list or a paragraph.
type block struct {
	Heading   string
	Items     []string
	Paragraph string
}

// Blocks is the text cut into its pieces, for the page and for excerpts.
func (p page) Blocks() []block {
	var blocks []block
	for part := range strings.SplitSeq(p.Text, "\n\n") {
		part = strings.TrimSpace(part)
		if heading, ok := strings.CutPrefix(part, "## "); ok {
			blocks = append(blocks, block{Heading: heading})
			continue
		}
		if rest, ok := strings.CutPrefix(part, "- "); ok {
			blocks = append(blocks, block{Items: strings.Split(rest, "\n- ")})
			continue
		}
		blocks = append(blocks, block{Paragraph: part})
	}
	return blocks
}
