package bots_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// quick is a model without latency: it calls once and then says what came of it.
type quick struct{}

// Info describes it.
func (quick) Info() model.Info { return model.Info{Wire: "quick", Name: "quick"} }

// Generate calls, or answers with the result.
func (quick) Generate(ctx context.Context, r *model.Request, _ func(model.Event)) (*model.Response, error) {
	if last := r.Messages[len(r.Messages)-1]; last.Role == model.ToolRole {
		return script.Say("There are "+last.Parts[0].Result.Content)(ctx, r, func(model.Event) {})
	}
	return script.Call("shop__countOrders", `{}`)(ctx, r, func(model.Event) {})
}

// BenchmarkTurn is one whole turn: a message is received and stored, the model asked,
// a plugin called over HTTP on loopback, the model asked again, the answer stored and
// delivered. Each turn is the first of its conversation.
func BenchmarkTurn(b *testing.B) {
	shop := bottest.NewShop(b, "shop")
	clock := bottest.NewClock()
	s := bottest.Start(b, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: quick{}, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}})
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		s.Done(s.TellIn(s.Member, fmt.Sprintf("T%d", n), "how many?"))
	}
	if got := shop.Count("GET"); got != n {
		b.Errorf("%d calls in %d turns", got, n)
	}
}

// BenchmarkIngest is the storing of one message, up to the moment at which a platform
// is told that it arrived. The messages wait behind a turn that hangs.
func BenchmarkIngest(b *testing.B) {
	for _, senders := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			clock, began, gate := bottest.NewClock(), make(chan struct{}), make(chan struct{})
			m := script.New(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
				close(began)
				<-gate
				return script.Say("at last")(ctx, r, on)
			})
			s := bottest.Start(b, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{Model: m})
			first := s.Tell(s.Member, "hang")
			s.Await("the model", began)
			var n atomic.Int64
			b.SetParallelism(max(1, senders/2)) // times GOMAXPROCS
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					e := first
					id := fmt.Sprintf("n%d", n.Add(1))
					e.ID, e.Message = "m:"+id, &chat.Message{ID: id, Text: "and this?"}
					if err := s.Receive(e); err != nil {
						b.Error(err)
					}
				}
			})
			b.StopTimer()
			s.Kill() // nobody works what came
			close(gate)
		})
	}
}
