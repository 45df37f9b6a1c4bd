package config

// Closest returns the word that was probably meant: the most similar one, if at most one
// letter in three differs.
func Closest(word string, among []string) (string, bool) {
	best, least := "", len(word)/3+1
	for _, candidate := range among {
		if d := editDistance(word, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best, best != ""
}

// editDistance counts the letters to add, drop or change to turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
