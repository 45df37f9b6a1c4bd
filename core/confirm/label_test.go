package confirm_test

import (
	"testing"
	"time"

	"aidesk/core/confirm"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// TestFieldLabels: a plugin's field cannot pass for one of the card's own lines, in whatever
// letters its name is written; other names stay as they are.
func TestFieldLabels(t *testing.T) {
	card := func(label string) string {
		a := confirm.New(plugin.Call{Request: openapi.Request{Method: "POST", URL: "https://a.example/"}}, []openapi.Argument{{Label: label, Value: "x"}}, func() string { return "id" }, time.Time{})
		return confirm.Card(a).Values[0].Label
	}
	for _, label := range []string{
		"Host", "host", "HOST", "H o s t", "Host:", "Host: good.example", "Host (of the API)", "Hоst", "Ηοѕτ", "Ｈｏｓｔ", "𝐇𝐨𝐬𝐭", "Ⓗⓞⓢⓣ", "H0st", "Hóst", "Ho\u0301st", "ᎻᎾᏚᎢ", "ꓧꓳꓢꓔ",
		"Method", "rnethod", "Path", "Body", "Account", "account.", "Values", "Visible to", "visible_to", "VisibIe to", "Vis1ble to", "Seen by", "Expires", "May carry data from", "Second approval", "second-approval",
	} {
		if got, want := card(label), "Field “"+label+"”"; got != want {
			t.Errorf("%q stands there as %q", label, got)
		}
	}
	for _, label := range []string{"Good", "Check in", "Address", "Account number", "Host name", "Pathway", "Größe", "Цена", "出发日期", "여행지", "Τιμή", "Sender", "Hosts", "", "5"} {
		if got := card(label); got != label {
			t.Errorf("%q stands there as %q", label, got)
		}
	}
}
