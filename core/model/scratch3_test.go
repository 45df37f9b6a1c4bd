package model
import ("testing";"fmt";"sort";"strings";"math";"unicode")
func valueWords(q string) map[string]bool {
	m := map[string]bool{}; start := true; quoted := false
	for _, w := range strings.Fields(q) {
		if strings.HasPrefix(w,"'")||strings.HasPrefix(w,"\"") { quoted = true }
		r := []rune(strings.TrimLeft(w,"'\"(["))
		if quoted || strings.ContainsFunc(w, unicode.IsDigit) || !start && len(r)>0 && unicode.IsUpper(r[0]) { for _, t := range terms(w) { m[t]=true } }
		if strings.HasSuffix(strings.TrimRight(w,".?,!:;"),"'")||strings.HasSuffix(strings.TrimRight(w,".?,!:;"),"\"") { quoted = false }
		start = strings.HasSuffix(w,".")||strings.HasSuffix(w,"?")||strings.HasSuffix(w,"!")
	}
	return m
}
var variant int
func (x *Index) sc(query string) (best float64, who string, all map[string]float64) {
	q := terms(query); sort.Strings(q); vals := valueWords(query)
	scores := make([]float64, len(x.tools)); n := make([]int, len(x.tools)); nameHit := make([]bool, len(x.tools)); whole := 0.0; last := ""
	for _, t := range q { if t==last||stopW[t] {continue}; last=t
		p := x.postings[t]
		if len(p)==0 && variant&1!=0 && vals[t] {continue}
		idf := math.Log(1 + (100 + float64(len(x.tools)-len(p))+0.5)/(float64(len(p))+0.5))
		if variant&8 != 0 { idf = 1 }
		whole += idf
		for _, at := range p { w := float64(at.weight); if variant&2 != 0 { w = min(1, w*2.2) }; scores[at.tool] += idf*w; n[at.tool]++ ; for _, f := range terms(x.tools[at.tool].Name) { if f==t {nameHit[at.tool]=true} } }
	}
	all = map[string]float64{}
	for i := range scores { s := scores[i]/max(whole,1e-9); if variant&4!=0 && !nameHit[i] { s = 0 }; if variant&16 != 0 && n[i]<2 { s *= 0.5 }; all[x.tools[i].Name]=s; if s>best {best,who=s,x.tools[i].Name} }
	return
}
func TestVar(t *testing.T) {
	for _, w := range strings.Fields(stopText) { stopW[stem(w)] = true }
	mul, irr := load(t,"multiple.json"), load(t,"irrelevance.json"); ans := right(t)
	for variant = range 32 { for _, extra := range []int{0, 10} {
			var rel, irrs []float64
			get := func(es []entry, i int) []Tool { l := es[i].tools(); seen := map[string]bool{}; for _, f := range l { seen[f.Name]=true }; other := pool(mul); for k := 0; len(l) < extra+len(es[i].Function); k++ { f := other[(i*37+k*53)%len(other)]; if !seen[f.Name] { seen[f.Name]=true; l = append(l,f)} }; return l }
			for i, e := range mul { _,_,all := NewIndex(get(mul,i)).sc(e.q()); rel = append(rel, all[ans[i]]) }
			for i, e := range irr { s,_,_ := NewIndex(get(irr,i)).sc(e.q()); irrs = append(irrs, s) }
			sort.Float64s(rel); sort.Float64s(irrs)
			fmt.Print(variant, " ", extra, " ")
			for _, fp := range []float64{.02,.05,.1,.15,.2} { th := irrs[int(float64(len(irrs))*(1-fp))]; n := 0; for _, s := range rel { if s > th { n++ } }; fmt.Printf(" fp%.2f th%.3f rec%.2f", fp, th, float64(n)/float64(len(rel))) }
			fmt.Println()
	}}
}
