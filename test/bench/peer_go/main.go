// SPDX-License-Identifier: BSL-1.0
//
// The work through Go's net/http: a goroutine for each stop in flight, one client.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const accessKey = "BENCHACCESSKEY000000"
const secretKey = "benchsecretkeybenchsecretkeybenchsecretk"
const firstTask = 1000000000000000000

var (
	port     = flag.Int("port", 0, "of the server on loopback")
	caFile   = flag.String("ca", "", "the root certificate")
	tokens   = flag.String("token", "", "the file with the token")
	project  = flag.String("project", "0123456789abcdef0123456789abcdef", "its id")
	task     = flag.String("task", "", "its id; empty: another number each time")
	stops    = flag.Int("stops", 50000, "that are measured")
	warmUp   = flag.Int("warm-up", 1000, "stops before them")
	inFlight = flag.Int("in-flight", 64, "at a time")
	sign     = flag.String("sign", "no", "yes: by access key")
	whole    = flag.String("whole", "no", "yes: a process that makes so many stops and no more")
)

func digest(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

func authorization(path, host, date string) string {
	names := "host;x-project-id;x-sdk-date"
	canonical := "POST\n" + path + "/\n\nhost:" + host + "\nx-project-id:" + *project + "\nx-sdk-date:" + date +
		"\n\n" + names + "\n" + digest("")
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + digest(canonical)))
	return "SDK-HMAC-SHA256 Access=" + accessKey + ", SignedHeaders=" + names + ", Signature=" +
		hex.EncodeToString(mac.Sum(nil))
}

func readFile(name string) string {
	data, err := os.ReadFile(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return strings.TrimSpace(string(data))
}

func usage() (user, system float64) {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	of := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return of(r.Utime), of(r.Stime)
}

func main() {
	flag.Parse()
	token := readFile(*tokens)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(readFile(*caFile)))
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, ClientSessionCache: tls.NewLRUClientSessionCache(0)},
		MaxIdleConnsPerHost: *inFlight + 8,
		IdleConnTimeout:     time.Minute,
		DisableCompression:  true,
	}}
	host := fmt.Sprintf("localhost:%d", *port)

	stop := func(number int64) int {
		id := *task
		if id == "" {
			id = fmt.Sprint(firstTask + number)
		}
		path := "/v2/" + *project + "/sync-tasks/" + id + "/stop"
		request, _ := http.NewRequest("POST", "https://"+host+path, nil)
		request.Header.Set("User-Agent", "oms-bench/1.0")
		request.Header.Set("Content-Type", "application/json")
		if *sign == "yes" {
			date := time.Now().UTC().Format("20060102T150405Z")
			request.Header.Set("X-Project-Id", *project)
			request.Header.Set("X-Sdk-Date", date)
			request.Header.Set("Authorization", authorization(path, host, date))
		} else {
			request.Header.Set("X-Auth-Token", token)
		}
		response, err := client.Do(request)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 0
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		return response.StatusCode
	}

	var number, failed int64
	run := func(total int) (latencies []float64) {
		var begun int64
		var group sync.WaitGroup
		var mutex sync.Mutex
		for i := 0; i < *inFlight; i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				var own []float64
				for atomic.AddInt64(&begun, 1) <= int64(total) {
					start := time.Now()
					if stop(atomic.AddInt64(&number, 1)) != 200 {
						atomic.AddInt64(&failed, 1)
					}
					own = append(own, float64(time.Since(start).Microseconds()))
				}
				mutex.Lock()
				latencies = append(latencies, own...)
				mutex.Unlock()
			}()
		}
		group.Wait()
		return
	}

	if *warmUp < *inFlight {
		*warmUp = *inFlight
	}
	if *whole != "yes" {
		run(*warmUp)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	user, system := usage()
	start := time.Now()
	latencies := run(*stops)
	wall := time.Since(start).Seconds()
	userEnd, systemEnd := usage()
	runtime.ReadMemStats(&after)
	sort.Float64s(latencies)
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	n := float64(*stops)
	fmt.Printf("program=go mode=- in_flight=%d stops=%d failed=%d rate=%.0f cpu_us=%.2f user_us=%.2f system_us=%.2f "+
		"p50_us=%.0f p99_us=%.0f allocations=%.2f handshakes=-1 peak_kib=%d\n",
		*inFlight, *stops, failed, n/wall, (userEnd-user+systemEnd-system)/n, (userEnd-user)/n, (systemEnd-system)/n,
		latencies[len(latencies)/2], latencies[len(latencies)*99/100], float64(after.Mallocs-before.Mallocs)/n, r.Maxrss)
	if failed != 0 {
		os.Exit(1)
	}
}
