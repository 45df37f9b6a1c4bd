package model
import ("testing";"fmt";"sort";"strings")
func TestDump(t *testing.T) {
	for _, w := range strings.Fields(stopText) { stopW[stem(w)] = true }; Prior=100
	irr := load(t,"irrelevance.json")
	type d struct{s float64; x string}; var l []d
	for _, e := range irr { if r := NewIndex(e.tools()).Rank(e.q(),1); len(r)>0 { l = append(l, d{r[0].Score, e.q()+"   <- "+r[0].Tool.Name+": "+r[0].Tool.Description}) } }
	sort.Slice(l, func(i,j int)bool{return l[i].s>l[j].s})
	for _, x := range l[:60] { fmt.Printf("%.3f %s\n", x.s, x.x) }
	mul := load(t,"multiple.json"); ans := right(t); l=nil
	for i, e := range mul { for _, r := range NewIndex(e.tools()).Rank(e.q(),3) { if r.Tool.Name==ans[i] { l = append(l, d{r.Score, e.q()+"   <- "+r.Tool.Name+": "+r.Tool.Description})} } }
	sort.Slice(l, func(i,j int)bool{return l[i].s<l[j].s})
	for _, x := range l[:60] { fmt.Printf("R %.3f %s\n", x.s, x.x) }
}
