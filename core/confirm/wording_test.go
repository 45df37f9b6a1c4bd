package confirm

import (
	"testing"

	"aidesk/core/plugin"
)

// TestWording asks about a call, and says that it was accepted, in the words of its
// operation's summary.
func TestWording(t *testing.T) {
	tests := []struct{ summary, question, confirmed string }{
		{"Book a stay", "Book this stay with Stays?", "Booked this stay. Stays confirmed it."},
		{"Books an attic.", "Book this attic with Stays?", "Booked this attic. Stays confirmed it."},
		{"Create new booking", "Create this booking with Stays?", "Created this booking. Stays confirmed it."},
		{"Replies to a guest", "Reply to a guest with Stays?", "Replied to a guest. Stays confirmed it."},
		{"cancel", "Cancel this with Stays?", "Cancelled. Stays confirmed it."},
		{"A booking endpoint", "Send this to Stays: a booking endpoint?", "Done. Stays confirmed it."},
		{"PUT it there!", "Put it there with Stays?", "Put it there. Stays confirmed it."},
		{"", "Send this to Stays?", "Done. Stays confirmed it."},
	}
	for _, tt := range tests {
		if got := question(Action{Call: plugin.Call{Human: "Stays", Summary: tt.summary}}); got != tt.question {
			t.Errorf("%q: the card asks %q, want %q", tt.summary, got, tt.question)
		}
		if got := Confirmed(tt.summary, "Stays"); got != tt.confirmed {
			t.Errorf("%q: the card says %q, want %q", tt.summary, got, tt.confirmed)
		}
	}
}
