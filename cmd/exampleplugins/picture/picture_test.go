package picture_test

import (
	"image/color"
	"testing"

	"aidesk/cmd/exampleplugins/picture"
)

func TestShapes(t *testing.T) {
	red, white, black := picture.Hex(0xff0000), picture.Hex(0xffffff), color.NRGBA{A: 255}
	for _, c := range []struct {
		name    string
		draw    func(*picture.Canvas)
		in, out [2]int // a pixel that is drawn and one that is not
		want    color.NRGBA
	}{
		{"box", func(c *picture.Canvas) { c.Box(2, 2, 4, 4, red) }, [2]int{3, 3}, [2]int{8, 8}, red},
		{"box over the edge", func(c *picture.Canvas) { c.Box(-5, -5, 9, 9, red) }, [2]int{0, 0}, [2]int{8, 8}, red},
		{"disc", func(c *picture.Canvas) { c.Disc(10, 10, 4, red) }, [2]int{10, 12}, [2]int{13, 13}, red},
		{"disc outside", func(c *picture.Canvas) { c.Disc(10, 10, 4, red); c.Disc(-90, 500, 20, white) }, [2]int{10, 10}, [2]int{0, 19}, red},
		{"polygon", func(c *picture.Canvas) { c.Polygon(red, 0, 0, 18, 0, 0, 18) }, [2]int{4, 4}, [2]int{15, 15}, red},
		{"hills", func(c *picture.Canvas) { c.Hills(red, func(float64) float64 { return 10 }) }, [2]int{5, 15}, [2]int{5, 5}, red},
		{"see-through", func(c *picture.Canvas) { c.Box(0, 0, 9, 9, picture.Fade(white, .5)) }, [2]int{3, 3}, [2]int{15, 15}, color.NRGBA{R: 127, G: 127, B: 127, A: 255}},
		{"mirror", func(c *picture.Canvas) { c.Box(0, 0, 20, 10, red); c.Mirror(10, picture.Fade(white, 0)) }, [2]int{10, 15}, [2]int{-1, -1}, red},
	} {
		t.Run(c.name, func(t *testing.T) {
			canvas := picture.New(20, 20)
			c.draw(canvas)
			img := canvas.Image()
			if size := img.Bounds().Size(); size.X != 20 || size.Y != 20 {
				t.Errorf("the picture is %v", size)
			}
			at := func(p [2]int) color.Color { return color.NRGBAModel.Convert(img.At(p[0], p[1])) }
			if got := at(c.in); got != c.want {
				t.Errorf("at %v is %v, want %v", c.in, got, c.want)
			}
			if got := at(c.out); c.out[0] >= 0 && got != black {
				t.Errorf("at %v is %v, want nothing", c.out, got)
			}
		})
	}
}

func TestSkyFades(t *testing.T) {
	canvas := picture.New(4, 50)
	canvas.Sky(picture.Hex(0x000000), picture.Hex(0xffffff))
	img := canvas.Image()
	last := -1
	for y := range 50 {
		r, _, _, _ := img.At(1, y).RGBA()
		if int(r) <= last {
			t.Fatalf("row %d is not lighter than the one above", y)
		}
		last = int(r)
	}
}

func TestEdgesAreSmooth(t *testing.T) {
	canvas := picture.New(20, 20)
	canvas.Box(0, 0, 5.5, 20, picture.Hex(0xffffff))
	if got := color.NRGBAModel.Convert(canvas.Image().At(5, 5)); got != (color.NRGBA{R: 127, G: 127, B: 127, A: 255}) {
		t.Errorf("half a pixel is %v", got)
	}
}
