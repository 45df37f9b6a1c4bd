package scores

import (
	"image"

	"aidesk/cmd/exampleplugins/picture"
)

// segments is which of the seven bars of a digit are lit: top, left above,
// right above, middle, left below, right below, bottom.
var segments = [10]string{"1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"}

// board draws a pitch at night with a scoreboard above it. Without a score
// (below 0) the board shows dashes; while a match is live a lamp is red.
func board(home, away int, live bool) image.Image {
	c := picture.New(600, 315)
	night, grass := picture.Hex(0x0b1d33), picture.Hex(0x1f8a46)
	c.Sky(night, picture.Hex(0x23507a))
	// Floodlights and the stand.
	for _, x := range []float64{60, 540} {
		c.Disc(x, 44, 70, picture.Fade(picture.Hex(0xfffbe0), .12))
		c.Disc(x, 44, 40, picture.Fade(picture.Hex(0xfffbe0), .25))
		c.Box(x-3, 44, 6, 150, picture.Hex(0x0a1626))
		c.Box(x-22, 32, 44, 20, picture.Hex(0xfffbe0))
	}
	c.Polygon(picture.Hex(0x13273f), 0, 178, 0, 150, 600, 150, 600, 178)
	for i := range 150 {
		shade := picture.Mix(picture.Hex(0x6b87a6), picture.Hex(0xe7b08a), float64(i*37%100)/100)
		c.Disc(float64(i)*4+2, 156+float64((i*i*7+i*3)%17), 1.8, shade)
	}
	// The pitch, mown in stripes that run to one point.
	c.Box(0, 178, 600, 137, grass)
	for i := -6; i < 6; i += 2 {
		left, right := float64(i), float64(i+1)
		c.Polygon(picture.Fade(picture.Hex(0xffffff), .07), 300+left*56, 178, 300+right*56, 178, 300+right*120, 315, 300+left*120, 315)
	}
	white := picture.Fade(picture.Hex(0xffffff), .8)
	c.Box(0, 182, 600, 3, white)
	c.Polygon(white, 298, 182, 302, 182, 304, 315, 296, 315)
	c.Disc(300, 262, 7, white)
	// The board.
	c.Box(172, 26, 256, 112, picture.Hex(0x05080d))
	c.Box(178, 32, 244, 100, picture.Hex(0x111a26))
	digit(c, 206, 46, home)
	digit(c, 334, 46, away)
	lamp := picture.Hex(0xffc53d)
	c.Disc(300, 68, 5, lamp)
	c.Disc(300, 96, 5, lamp)
	if live {
		c.Disc(408, 46, 6, picture.Hex(0xef4444))
	}
	return c.Image()
}

// digit draws the last digit of n, or a dash when n is below 0.
func digit(c *picture.Canvas, x, y float64, n int) {
	lit, dark := picture.Hex(0xffc53d), picture.Hex(0x1d2938)
	pattern := "0001000"
	if n >= 0 {
		pattern = segments[n%10]
	}
	bars := [7][4]float64{
		{8, 0, 44, 8},
		{0, 6, 8, 28},
		{52, 6, 8, 28},
		{8, 32, 44, 8},
		{0, 38, 8, 28},
		{52, 38, 8, 28},
		{8, 64, 44, 8},
	}
	for i, b := range bars {
		col := dark
		if pattern[i] == '1' {
			col = lit
		}
		c.Box(x+b[0], y+b[1], b[2], b[3], col)
	}
}

// logo draws a ball on grass.
func logo() image.Image {
	c := picture.New(256, 256)
	c.Sky(picture.Hex(0x4ade80), picture.Hex(0x15803d))
	c.Disc(128, 128, 78, picture.Hex(0xffffff))
	ink := picture.Hex(0x14532d)
	c.Polygon(ink, 128, 98, 156, 119, 146, 152, 110, 152, 100, 119)
	c.Polygon(ink, 104, 56, 152, 56, 142, 72, 114, 72)
	c.Polygon(ink, 58, 110, 74, 104, 82, 134, 66, 156, 52, 136)
	c.Polygon(ink, 198, 110, 182, 104, 174, 134, 190, 156, 204, 136)
	c.Polygon(ink, 86, 190, 96, 172, 120, 182, 120, 204, 100, 202)
	c.Polygon(ink, 170, 190, 160, 172, 136, 182, 136, 204, 156, 202)
	return c.Image()
}
