package preview

import (
	"context"
	"errors"
	"net/url"
	"sync/atomic"
	"time"

	"aidesk/core/chat"
	"aidesk/core/egress"
	"aidesk/core/markdown"
)

const (
	cardsCap = 3 // cards of one message
	triedCap = 6 // candidates looked at until there are enough cards
	probeCap = 3 // pictures of one page that are tried
)

// Candidate is a link as it stands in an API result, with what the result itself
// says about it. Only URL is needed.
type Candidate struct {
	URL         string
	Title       string
	Description string
	Image       string // absolute, or relative to URL
	SiteName    string
}

// Fetcher makes previews and remembers them. It is safe for concurrent use and
// must not be copied.
type Fetcher struct {
	Guard *egress.Guard
	Now   func() time.Time // Defaults to time.Now

	cache cache
}

// Previews gives the cards of the first candidates that have one, at most 3, in
// their order, one for each URL. What the result says is preferred to what the
// page says, and a page is not fetched when the result has a title and a
// description or image. A picture that cannot be fetched is left out.
//
// It returns when all are there or the budget (or ctx) is spent, with what is
// known by then; what comes later is kept for the next time.
func (f *Fetcher) Previews(ctx context.Context, candidates []Candidate, budget time.Duration) []chat.Preview {
	wait, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	tasks := tasksOf(candidates)
	for _, t := range tasks[:min(len(tasks), cardsCap)] {
		f.start(ctx, t)
	}
	var cards []chat.Preview
	for _, t := range tasks {
		if len(cards) == cardsCap {
			break
		}
		if wait.Err() == nil {
			f.start(ctx, t)
			select {
			case <-t.done:
			case <-wait.Done():
			}
		}
		if card := t.best.Load(); card != nil {
			cards = append(cards, *card)
		}
	}
	return cards
}

// Preview gives the card of one page and waits for it. The error says in one
// line why there is none; it is [egress.ErrRefused] where the address was.
func (f *Fetcher) Preview(ctx context.Context, address string) (chat.Preview, error) {
	u, err := parseURL(address)
	if err != nil {
		return chat.Preview{}, err
	}
	t := newTask(Candidate{URL: address}, u)
	f.start(ctx, t)
	select {
	case <-t.done:
	case <-ctx.Done():
		return chat.Preview{}, errors.New("the page did not come in time")
	}
	if t.err != nil {
		return chat.Preview{}, t.err
	}
	return *t.best.Load(), nil
}

// Wait returns when no fetch goes on in the background, for the end of the
// program. Nothing may be asked for meanwhile.
func (f *Fetcher) Wait() { f.cache.running.Wait() }

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

// task makes the card of one candidate.
type task struct {
	url     *url.URL
	own     chat.Preview                 // what the result says
	best    atomic.Pointer[chat.Preview] // the card as far as it is known; nil while there is none
	done    chan struct{}                // closed when best is final and err set
	err     error                        // why there is no card
	started bool
}

// tasksOf gives the tasks of the candidates that can have a card.
func tasksOf(candidates []Candidate) []*task {
	var tasks []*task
	seen := map[string]bool{}
	for _, c := range candidates {
		u, err := parseURL(c.URL)
		if err != nil || seen[cacheKey(u)] {
			continue
		}
		seen[cacheKey(u)] = true
		if tasks = append(tasks, newTask(c, u)); len(tasks) == triedCap {
			break
		}
	}
	return tasks
}

func newTask(c Candidate, u *url.URL) *task {
	t := &task{url: u, done: make(chan struct{}), own: chat.Preview{
		URL:         c.URL,
		SiteName:    markdown.Line(c.SiteName, siteCap),
		Title:       markdown.Line(c.Title, titleCap),
		Description: markdown.Line(c.Description, descriptionCap),
		Image:       imageURL(u, c.Image),
	}}
	if t.own.Title != "" {
		t.offer(t.own)
	}
	return t
}

// offer makes the card known without its picture, which is not probed yet.
func (t *task) offer(card chat.Preview) {
	card.Image = ""
	card.SiteName = firstNonEmpty(card.SiteName, host(t.url))
	t.best.Store(&card)
}

// start works on a task in the background, once.
func (f *Fetcher) start(ctx context.Context, t *task) {
	if t.started {
		return
	}
	t.started = true
	ctx = context.WithoutCancel(ctx) // the turn may be over before the answer comes
	f.cache.running.Go(func() {
		defer close(t.done)
		t.err = f.work(ctx, t)
	})
}

// work completes a card: the page where the result says too little, then the
// picture. Each wait ends, for every flight does.
func (f *Fetcher) work(ctx context.Context, t *task) error {
	card, images := t.own, []string{}
	if card.Image != "" {
		images = append(images, card.Image)
		f.probeImage(ctx, card.Image) // while the page is fetched
	}
	if card.Title == "" || card.Description == "" && card.Image == "" {
		flight := f.page(ctx, t.url)
		<-flight.done
		if flight.err != nil && card.Title == "" {
			return flight.err
		}
		card = merge(card, flight.card)
		images = append(images, flight.images...)
		t.offer(card)
	}
	if picture := f.picture(ctx, images); picture.Image != "" {
		card.Image, card.ImageKind = picture.Image, picture.ImageKind
		card.SiteName = firstNonEmpty(card.SiteName, host(t.url))
		t.best.Store(&card)
	}
	return nil
}

// picture gives the first picture that every platform shows, or else the first that some
// do.
func (f *Fetcher) picture(ctx context.Context, images []string) (found chat.Preview) {
	for _, address := range images[:min(len(images), probeCap)] {
		flight := f.probeImage(ctx, address)
		if !flight.usable() {
			continue
		}
		if flight.card.ImageKind == "" {
			return flight.card
		}
		if found.Image == "" {
			found = flight.card
		}
	}
	return found
}

// usable waits for a flight and reports whether it succeeded.
func (f *flight) usable() bool {
	<-f.done
	return f.err == nil
}

// merge fills what the result does not say with what the page says.
func merge(own, page chat.Preview) chat.Preview {
	own.SiteName = firstNonEmpty(own.SiteName, page.SiteName)
	own.Title = firstNonEmpty(own.Title, page.Title)
	own.Description = firstNonEmpty(own.Description, page.Description)
	return own
}
