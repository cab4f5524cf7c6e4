// SPDX-License-Identifier: BSD-2-Clause

// net/http, with its default client.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

func call(method, path, body, want string) {
	request, err := http.NewRequest(method, os.Getenv("URL")+path, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	if token := os.Getenv("TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 || !strings.Contains(string(got), want) {
		log.Fatal(err, response.StatusCode, string(got))
	}
}

func main() {
	call("GET", "/echo?a=1", "", `"method": "GET"`)
	call("POST", "/echo", strings.Repeat("x", 2000), `"n": 2000`)
}
