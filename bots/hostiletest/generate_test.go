package hostiletest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes one hostile document, and what goes with it, from a seed.
type generator struct {
	*rand.Rand
	room    int // bytes that may still be written
	schemas int // components that references may name
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 13))}
	g.schemas = 1 + g.IntN(12)
	g.room = 20_000
	switch g.IntN(20) {
	case 0:
		g.room = 800_000
	case 1, 2, 3:
		g.room = 150_000
	}
	return g
}

// pick picks one of several.
func (g *generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// one reports true once in n times.
func (g *generator) one(n int) bool { return g.IntN(n) == 0 }

// count is a number that is mostly small and sometimes not.
func (g *generator) count(most int) int {
	switch g.IntN(12) {
	case 0:
		return 0
	case 1:
		return min(most, max(0, g.room/40))
	case 2:
		return g.IntN(min(most, 100) + 1)
	}
	return 1 + g.IntN(4)
}

// write takes what is written from the room.
func (g *generator) write(s string) string {
	g.room -= len(s)
	return s
}

// list joins what each makes.
func (g *generator) list(n int, each func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if g.room < 0 {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(each(i))
	}
	return b.String()
}

// text is a string in JSON.
func (g *generator) text() string {
	switch g.IntN(14) {
	case 0:
		return g.write(strconv.Quote(strings.Repeat(g.pick("x", "word ", "<b>", "&amp;", "{a}", "](", "\\u202e", "¶", "`", "()", "a.", "/", "[]"), min(1+g.IntN(30_000), max(1, g.room/4)))))
	case 1:
		return g.write(g.pick(`"\u202e\u2066\u200b\udb40\udc41"`, `"\ud800"`, `"\u0000\u001b[31m"`, `"`+"\xff\xfe"+`"`, `" "`, `""`))
	case 2:
		return g.write(g.pick(`null`, `0`, `true`, `{}`, `[]`, `[1]`, `1e400`, `-0`))
	}
	return g.write(strconv.Quote(g.pick("a", "b", "string", "integer", "object", "date", "2026-01-31", "#/components/schemas/S1", "5", "true", "https://a.example/x.png", "{\"a\":1}", "[1,2]", "Host", "get", "pet store")))
}

// name is the name of a property or parameter in JSON.
func (g *generator) name(i int) string {
	if g.one(30) {
		return g.text0()
	}
	return g.write(strconv.Quote(g.pick("a", "b", "c", "n", "Host", "Seen by", "__proto__", "a b", "a[0]", "/x", "x-y", "id") + g.pick("", "", strconv.Itoa(i))))
}

// text0 is a text that is a string in any case.
func (g *generator) text0() string {
	if t := g.text(); t[0] == '"' {
		return t
	}
	return `"t"`
}

// value is any JSON value.
func (g *generator) value(depth int) string {
	if g.room < 0 || depth > 40 {
		return "1"
	}
	switch g.IntN(8) {
	case 0:
		return "[" + g.list(g.count(2_000), func(int) string { return g.value(depth + 1) }) + "]"
	case 1, 2:
		return "{" + g.list(g.count(2_000), func(i int) string { return g.name(i) + ":" + g.value(depth+1) }) + "}"
	case 3:
		return g.write(g.pick("1", "-5", "2.50", "1e3", "1e308", "0.1", strings.Repeat("9", 1+g.IntN(400))))
	case 4:
		return g.write(g.pick("true", "false", "null"))
	case 5:
		n := 1 + g.IntN(60)
		return g.write(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	return g.text()
}

func (g *generator) ref() string {
	return g.write(fmt.Sprintf(`{"$ref":"#/components/schemas/S%d"}`, g.IntN(g.schemas)))
}

// schema is a schema, mostly of references to others.
func (g *generator) schema(depth int) string {
	if g.room < 0 || depth > 12 || g.one(3) {
		return g.ref()
	}
	if g.one(60) {
		return g.value(38)
	}
	if g.one(80) {
		n := 1 + g.IntN(28)
		return g.write(strings.Repeat(`{"properties":{"a":`, n) + `{"items":` + g.ref() + `}` + strings.Repeat("}}", n))
	}
	var parts []string
	add := func(key, value string) { parts = append(parts, strconv.Quote(key)+":"+value) }
	if g.one(2) {
		add("type", strconv.Quote(g.pick("object", "object", "array", "string", "integer", "number", "boolean", "null", "any", "string|array", "object[][][]")))
	}
	many := func() string {
		return "[" + g.list(g.count(300), func(int) string { return g.schema(depth + 2) }) + "]"
	}
	for range g.IntN(4) {
		switch g.IntN(16) {
		case 0, 1:
			add(g.pick("anyOf", "oneOf"), many())
		case 2:
			add("allOf", many())
		case 3, 4, 5:
			add("properties", "{"+g.list(g.count(1_500), func(i int) string { return g.name(i) + ":" + g.schema(depth+1) })+"}")
			if g.one(2) {
				add("required", "["+g.list(g.count(1_500), g.name)+"]")
			}
		case 6:
			add("items", g.schema(depth+1))
		case 7:
			add("additionalProperties", g.pick("false", g.schema(depth+1)))
		case 8:
			add("enum", "["+g.list(g.count(1_500), func(int) string { return g.value(36) })+"]")
		case 9:
			add(g.pick("const", "default", "example"), g.value(20))
		case 10:
			add("pattern", g.pattern())
		case 11:
			add(g.pick("description", "title", "format"), g.text())
		case 12:
			add(g.pick("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "multipleOf", "minProperties"), g.pick("0", "1", "5", "10000", "2147483647", "1e-300", "-1", "0.1"))
		case 13:
			add(g.pick("nullable", "readOnly", "deprecated", "uniqueItems"), "true")
		case 14:
			add("prefixItems", many())
		case 15:
			add("$ref", strconv.Quote(g.pick("#/components/schemas/S0", "#/paths/~1x", "S1", "#/", "#", "other.yaml#/x", strings.Repeat("#/a", 1+g.IntN(3_000)))))
		}
	}
	return g.write("{" + strings.Join(parts, ",") + "}")
}

func (g *generator) pattern() string {
	return g.write(strconv.Quote(g.pick(`^(a+)+$`, `((a{1,9}){1,9}){1,9}`, `(x{1000}){2}`, `[a-z]{3,}`, `\d{4}-\d\d`, `(`, strings.Repeat(`(a?)`, 1+g.IntN(240)), `(?:`+strings.Repeat("a|", 1+g.IntN(300))+`b)*`)))
}

func (g *generator) parameters() string {
	return "[" + g.list(g.count(400), func(i int) string {
		return g.write(fmt.Sprintf(`{"name":%s,"in":"%s","style":"%s","required":%s,"description":%s,"schema":%s,"example":%s}`,
			g.name(i), g.pick("query", "query", "path", "header", "cookie", "body"), g.pick("form", "deepObject", "simple", "matrix", "label", "pipeDelimited"), g.pick("true", "false"), g.text(), g.schema(8), g.value(34)))
	}) + "]"
}

func (g *generator) operation() string {
	var parts []string
	if g.one(2) {
		parts = append(parts, `"operationId":`+g.text())
	}
	if g.one(2) {
		parts = append(parts, `"parameters":`+g.parameters())
	}
	if g.one(3) {
		parts = append(parts, `"summary":`+g.text(), `"description":`+g.text())
	}
	if g.one(8) {
		parts = append(parts, `"tags":`+g.value(38), `"security":`+g.value(37), `"x-aidesk-examples":`+g.value(38))
	}
	if g.one(8) {
		parts = append(parts, `"servers":`+g.servers())
	}
	if !g.one(4) {
		media := g.pick("application/json", "application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "application/xml")
		parts = append(parts, `"requestBody":{"required":`+g.pick("true", "false")+`,"content":{"`+media+`":{"schema":`+g.schema(0)+`,"example":`+g.value(34)+`}}}`)
	}
	return g.write(fmt.Sprintf(`"%s":{%s}`, g.pick("get", "post", "put", "patch", "delete", "query"), strings.Join(parts, ",")))
}

func (g *generator) servers() string {
	url := "https://a.example/" + strings.Repeat(g.pick("{v}", "{v}/", "x", "%2e%2e/", "{"), g.count(8_000))
	return g.write(fmt.Sprintf(`[{"url":%q,"variables":{"v":{"default":%s,"enum":%s}}},%s]`, url, g.pick(`"x"`, `"{v}{v}"`, g.text()), g.value(38), g.pick(`{"url":"https://a.example"}`, `{"url":"/"}`, `"a.example"`)))
}

// document is a whole document in JSON, or in YAML with aliases.
func (g *generator) document() string {
	if g.one(12) {
		return g.aliases()
	}
	path := func(i int) string {
		if g.one(40) {
			return `"/` + strings.Repeat(g.pick("{a}", "{a}/", "x/", "%2e"), g.count(4_000)) + `"`
		}
		if g.one(30) {
			return `"/x"`
		}
		return fmt.Sprintf(`"/p%d/{a}"`, i)
	}
	operations := 1 + g.IntN(4)
	if g.one(10) {
		operations = 1 + g.IntN(1_500)
	}
	shared := g.one(8)
	paths := g.list(operations, func(i int) string {
		if shared && i > 0 {
			return g.write(fmt.Sprintf(`"/p%d":{"$ref":"#/components/pathItems/P"}`, i))
		}
		return path(i) + ":{" + g.operation() + "}"
	})
	if g.room < 2_000 {
		g.room = 20_000 // there are always schemas to refer to
	}
	item := "{" + g.operation() + `,"parameters":` + g.parameters() + "}"
	schemas := g.list(g.schemas, func(i int) string {
		if g.room < 100 {
			g.room = 100
		}
		return fmt.Sprintf(`"S%d":%s`, i, g.component())
	})
	servers := `[{"url":"https://a.example"}]`
	if g.one(10) {
		servers = g.servers()
	}
	version := g.pick(`"openapi":"3.0.3"`, `"openapi":"3.1.0"`, `"openapi":"3.0.0"`)
	if g.one(12) {
		version = `"swagger":"2.0","host":"a.example","definitions":{` + schemas + `}`
	}
	return fmt.Sprintf(`{%s,"info":{"title":%s,"description":%s},"servers":%s,"paths":{%s},"components":{"schemas":{%s},"pathItems":{"P":%s}}}`,
		version, g.text(), g.text(), servers, paths, schemas, item)
}

// component is a schema that is no bare reference.
func (g *generator) component() string {
	switch g.IntN(6) {
	case 0:
		return `{"` + g.pick("anyOf", "oneOf", "allOf") + `":[` + g.list(1+g.IntN(12), func(int) string { return g.ref() }) + "]}"
	case 1:
		return `{"type":"object","required":["a"],"properties":{"a":` + g.ref() + `},"anyOf":[` + g.ref() + "," + g.ref() + "]}"
	case 2:
		return `{"type":"array","items":{"anyOf":[` + g.ref() + "," + g.ref() + "]}}"
	}
	return g.schema(0)
}

// aliases is a document in YAML in which aliases and merge keys share parts.
func (g *generator) aliases() string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\nservers: [{url: https://a.example}]\nx0: &a0 {k: v, type: object, <<: " + g.pick("5", "word", "{a: 1}", "[1, 2]") + "}\n")
	n := 1 + g.IntN(14)
	for i := 1; i <= n; i++ {
		switch g.IntN(3) {
		case 0:
			fmt.Fprintf(&b, "x%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 1+g.IntN(4)), ", "))
		case 1:
			fmt.Fprintf(&b, "x%d: &a%d {properties: {p: *a%d, q: *a%d}, enum: *a%d}\n", i, i, g.IntN(i), i-1, g.IntN(i))
		case 2:
			fmt.Fprintf(&b, "x%d: &a%d {<<: *a%d, anyOf: [*a%d, *a%d]}\n", i, i, g.IntN(i), g.IntN(i), i-1)
		}
	}
	fmt.Fprintf(&b, "paths:\n  /x:\n    post: {requestBody: {content: {application/json: {schema: *a%d, example: *a%d}}}}\n    get: {parameters: [{name: a, in: query, schema: *a%d}], tags: *a%d}\n", n, n, n, n)
	return b.String()
}

// arguments are arguments for any operation.
func (g *generator) arguments() []string {
	g.room = 20_000
	out := []string{
		`{}`, `{"body":` + g.value(0) + `}`, `{"a":` + g.value(0) + `,"b":` + g.text() + `}`,
		`{"body":{"a":{"a":{"b":[{"a":1},{"b":"2"}]}},"b":{"a":{"c":"x"}},"n":"5"}}`,
		`{"body":` + strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200) + "}",
	}
	if g.one(4) {
		g.room = 200_000
		out = append(out, `{"body":{`+g.list(8_000, func(i int) string { return fmt.Sprintf(`"p%d":{"a":%d}`, i, i) })+"}}",
			`{"body":[`+g.list(8_000, func(i int) string { return fmt.Sprintf(`{"a":"%d"}`, i) })+"]}", `{"a":`+strings.Repeat("[", 5_000)+strings.Repeat("]", 5_000)+"}")
	}
	return out
}

// answer is what a plugin might send back, with its content type.
func (g *generator) answer() (media, body string) {
	g.room = 50_000
	if g.one(5) {
		g.room = 900_000
	}
	switch g.IntN(6) {
	case 0:
		return "text/html", strings.Repeat(g.pick("<a href=https://a.example/x>x", "<div>", "<p>&amp;", "<script>", "<!--", "<table><tr><td>"), 1+g.room/20)
	case 1:
		return "text/plain", strings.Repeat(g.pick("https://a.example/x ", "https://a.example/)))", "](https://a.example", "[[[", "> ", "word "), 1+g.room/20)
	case 2:
		return "application/json", "{" + g.list(g.room/20, func(i int) string {
			return g.write(fmt.Sprintf(`"%s%d":%s`, g.pick("k", "url", "/x", "image"), i%5_000, g.pick(`"https://a.example/"`, `{"a":1}`, "1", `"x"`)))
		}) + "}"
	case 3:
		return "application/json", "[" + g.list(g.room/20, func(i int) string { return g.write(fmt.Sprintf(`{"url":"https://a.example/%d","title":"t"}`, i)) }) + "]"
	}
	return "application/json", g.value(0)
}
