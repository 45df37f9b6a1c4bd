package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"aidesk/core/markdown"
	"aidesk/store"
)

// Bounds of what a member may say of an answer: ratings share the room of the transcript.
const (
	MaxRatingWords = 1000 // characters
	maxRatings     = 10   // by one member of one answer
)

// ErrRated says that a member has changed their mind about an answer too often.
var ErrRated = errors.New("this answer was rated too often")

// ErrNotKept says that an answer is not in the transcript any more.
var ErrNotKept = errors.New("this answer is no longer kept")

// Rate adds to c what the member who caused the event says of an answer, which a Why names;
// the last thing that a member says of it holds. entries are those of its conversation, in
// which the event must be worked. ErrRated, ErrNotKept.
func (x *Exchange) Rate(c *store.Commit, entries []store.Entry, answer string, good bool, words string) error {
	r := Rating{Answer: answer, Good: good, Words: markdown.Line(words, MaxRatingWords), Time: x.Now().UTC()}
	if !slices.ContainsFunc(entries, func(e store.Entry) bool { return answered(e.Body) == answer }) {
		return ErrNotKept
	}
	said := 0
	for _, e := range entries {
		if old, ok := readRating(e.Body); ok && e.Member == x.Owner() && old.Answer == answer {
			said++
		}
	}
	if said >= maxRatings {
		return ErrRated
	}
	if old, ok := Ratings(entries, answer)[x.Owner()]; ok && old.Good == r.Good && old.Words == r.Words {
		return nil
	}
	body, err := json.Marshal(ratingEntry{&r})
	if err != nil {
		return fmt.Errorf("storing a rating: %w", err)
	}
	c.Entries = append(c.Entries, store.Entry{Member: x.Owner(), Body: body})
	return nil
}

// ratingHead begins the stored form of a rating, and of no other entry: one that says
// something begins with its message.
var ratingHead = []byte(`{"rating":`)

// IsRating says whether the body of an entry is a rating.
func IsRating(body []byte) bool { return bytes.HasPrefix(body, ratingHead) }

func readRating(body []byte) (Rating, bool) {
	if !IsRating(body) {
		return Rating{}, false
	}
	var e ratingEntry
	if err := json.Unmarshal(body, &e); err != nil || e.Rating == nil {
		return Rating{}, false
	}
	return *e.Rating, true
}

// answered is the id of the answer that an entry ends; empty: it ends none.
func answered(body []byte) string {
	var e struct {
		Why *Why `json:"why"`
	}
	if !bytes.Contains(body, []byte(`"why":`)) || json.Unmarshal(body, &e) != nil || e.Why == nil {
		return ""
	}
	return e.Why.Answer
}

// Transcript is what was said, without the ratings that stand between.
func Transcript(entries []store.Entry) []store.Entry {
	rating := func(e store.Entry) bool { return IsRating(e.Body) }
	if !slices.ContainsFunc(entries, rating) {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), rating)
}

// Ratings are how members rated an answer, each with the last thing that they said of it, by
// member as the store knows them.
func Ratings(entries []store.Entry, answer string) map[string]Rating {
	rated := map[string]Rating{}
	for _, e := range entries {
		if r, ok := readRating(e.Body); ok && r.Answer == answer && answer != "" {
			rated[e.Member] = r
		}
	}
	return rated
}
