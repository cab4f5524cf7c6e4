# SPDX-License-Identifier: BSD-2-Clause
# net/http of Ruby.
require "net/http"

uri = URI(ENV["URL"])
token = ENV["TOKEN"]
headers = token.empty? ? {} : { "Authorization" => "Bearer #{token}" }

def expect(response, text)
	abort "#{response.code} #{response.body}" unless response.body.include?(text)
end

Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") do |http|
	expect http.get("#{uri.path}/echo?a=1", headers), '"method": "GET"'
	expect http.post("#{uri.path}/echo", "x" * 2000, headers), '"n": 2000'
end
