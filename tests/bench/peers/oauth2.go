// SPDX-License-Identifier: BSD-2-Clause

// Go's oauth2: the header of one request from a cached token of 900 bytes,
// ReuseTokenSource around clientcredentials.  Prints the nanoseconds of one
// operation: the median over rounds.
package main

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	rounds = 31
	count  = 20000
)

func main() {
	config := clientcredentials.Config{
		ClientID:     "bench",
		ClientSecret: "not-a-secret",
		TokenURL:     "https://127.0.0.1:1/token",
	}
	cached := &oauth2.Token{
		AccessToken: strings.Repeat("not-a-secret-", 70)[:900],
		TokenType:   "Bearer",
		Expiry:      time.Now().Add(8 * time.Hour),
	}
	source := oauth2.ReuseTokenSource(cached,
		config.TokenSource(context.Background()))
	request, err := http.NewRequest("GET",
		"https://api.example.com/v1/things?page=2", nil)
	if err != nil {
		panic(err)
	}
	ns := make([]float64, rounds)
	for i := range ns {
		start := time.Now()
		for k := 0; k < count; k++ {
			token, err := source.Token()
			if err != nil {
				panic(err)
			}
			token.SetAuthHeader(request)
		}
		ns[i] = float64(time.Since(start).Nanoseconds()) / count
	}
	sort.Float64s(ns)
	fmt.Printf("%.1f\n", ns[rounds/2])
}
