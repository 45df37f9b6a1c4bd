package stays

import "testing"

func BenchmarkScene(b *testing.B) {
	for b.Loop() {
		scene("canal-loft", 0)
	}
}
