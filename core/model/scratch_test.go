package model
import ("testing";"encoding/json";"os";"fmt";"sort";"strings")
type entry struct { ID string; Question [][]struct{Role, Content string}; Function []struct{Name, Description string; Parameters json.RawMessage} }
func load(t *testing.T, n string) (l []entry) { b,_ := os.ReadFile(os.Getenv("AIDESK_CORPORA")+"/bfcl/"+n); if err:=json.Unmarshal(b,&l);err!=nil{t.Fatal(err)}; return }
func (e entry) q() string { var s []string; for _, a := range e.Question { for _, m := range a { if m.Role=="user" {s = append(s, m.Content)} } }; return strings.Join(s," ") }
func (e entry) tools() (l []Tool) { for _, f := range e.Function { l = append(l, Tool{Name: f.Name, Description: f.Description, Schema: f.Parameters}) }; return }
func right(t *testing.T) []string { var a []struct{Ground_truth []map[string]any}; b,_ := os.ReadFile(os.Getenv("AIDESK_CORPORA")+"/bfcl/multiple_answers.json"); json.Unmarshal(b,&a); var l []string; for _, x := range a { for k := range x.Ground_truth[0] { l = append(l,k)} }; return l }
func pool(ls ...[]entry) (l []Tool) { seen := map[string]bool{}; for _, es := range ls { for _, e := range es { for _, f := range e.tools() { if !seen[f.Name] { seen[f.Name]=true; l = append(l,f)}}}}; return }
func TestScratch(t *testing.T) {
	mul, irr := load(t,"multiple.json"), load(t,"irrelevance.json"); ans := right(t)
	for _, cfg := range []struct{stop bool; prior float64}{{false,0},{true,0},{true,100}} {
		stopW = map[string]bool{}; Prior = cfg.prior
		if cfg.stop { for _, w := range strings.Fields(stopText) { stopW[stem(w)] = true } }
		for _, p := range [][]Tool{pool(mul), pool(mul, irr)} {
			x := NewIndex(p); at := map[int]int{}
			for i, e := range mul { for j, r := range x.Rank(e.q(), 20) { if r.Tool.Name == ans[i] { for _, k := range []int{1,3,5,8,20} { if j < k { at[k]++ } }; if cfg.stop && len(p)>500 && j>=8 {fmt.Println("  late", j, ans[i], e.q())}; break } } }
			fmt.Println(cfg, len(p), at)
		}
		for _, extra := range []int{0, 5, 20, 100} {
			var rel, irrs []float64
			get := func(es []entry, i int) []Tool { l := es[i].tools(); seen := map[string]bool{}; for _, f := range l { seen[f.Name]=true }; other := pool(mul); for k := 0; len(l) < extra+len(es[i].Function); k++ { f := other[(i*37+k*53)%len(other)]; if !seen[f.Name] { seen[f.Name]=true; l = append(l,f)} }; return l }
			for i, e := range mul { s := 0.0; for _, r := range NewIndex(get(mul,i)).Rank(e.q(),3) { if r.Tool.Name==ans[i] { s = r.Score } }; rel = append(rel, s) }
			for i, e := range irr { s := 0.0; if r := NewIndex(get(irr,i)).Rank(e.q(),1); len(r)>0 { s = r[0].Score }; irrs = append(irrs, s) }
			sort.Float64s(rel); sort.Float64s(irrs)
			fmt.Print(cfg, extra, " ")
			for _, fp := range []float64{.02,.05,.1,.2} { th := irrs[int(float64(len(irrs))*(1-fp))]; n := 0; for _, s := range rel { if s > th { n++ } }; fmt.Printf(" fp%.2f th%.3f rec%.2f", fp, th, float64(n)/float64(len(rel))) }
			fmt.Println()
		}
	}
}
const stopText = `a an the and or but if then else of to in on at by for from with without into onto over under about as is are was were be been being am do does did doing done have has had having i me my mine we us our you your he she it its they them their this that these those there here what which who whom whose when where why how can could will would shall should may might must please thanks thank hello hi hey tell give show let get want need like know find help so not no yes ok just some any all also than too very s t re ve ll d m`
