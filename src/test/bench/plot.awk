# Draws what compare measured: two panels, messages a second and p99 over connections, both axes logarithmic.
# Input lines: TRANSPORT CONNECTIONS PROGRAM MESSAGES/S P99-MS.

function log10(x) { return log(x) / log(10) }
function x_of(connections) { return left + log10(connections) / 3.4 * width }
function y_of(value) { return top + height - (log10(value) - low) / (high - low) * height }

function panel(title, column, from, to, at,    i, key, points, value) {
    left = at; low = from; high = to
    printf "  <text class=\"bold\" x=\"%d\" y=\"%d\">%s</text>\n", left, top - 14, title
    for (i = from; i <= to; i++)
        printf "  <path class=\"grid\" d=\"M%d %.1fh%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", \
            left, y_of(10 ^ i), width, left - 6, y_of(10 ^ i) + 4, 10 ^ i
    for (i = 1; i <= connection_count; i++)
        printf "  <text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x_of(connections[i]), top + height + 18, connections[i]
    for (key in drawn) {
        points = ""
        for (i = 1; i <= connection_count; i++) {
            value = measured[key, connections[i], column]
            if (value > 0)
                points = points (points == "" ? "M" : "L") sprintf("%.1f %.1f", x_of(connections[i]), y_of(value))
        }
        printf "  <path class=\"line %s\" d=\"%s\"/>\n", key, points
    }
}

{
    key = $3 " " $1
    drawn[key] = 1
    if (!($2 in seen)) { seen[$2] = 1; connections[++connection_count] = $2 }
    measured[key, $2, 1] = $4
    measured[key, $2, 2] = $5
}

END {
    width = 330; height = 240; top = 50
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 370\" width=\"860\" height=\"370\" role=\"img\" aria-labelledby=\"title what\" font-family=\"system-ui, sans-serif\" font-size=\"14\">"
    print "  <title id=\"title\">Messages a second and time to the verdict</title>"
    print "  <desc id=\"what\">Messages a second, and the time from the end of a message to its verdict that 99 of 100 messages keep to, over 1, 16, 200 and 2000 connections, for dmarc-milter, OpenDMARC and a milter that does nothing, on a unix socket (drawn through) and over TCP (dashed). The table beside it has the figures.</desc>"
    print "  <style>"
    print "    .grid { stroke: #d0d7de; fill: none }"
    print "    .line { fill: none; stroke-width: 2.5 }"
    print "    .tcp { stroke-dasharray: 6 4 }"
    print "    .dmarc-milter { stroke: #1d4ed8 } .OpenDMARC { stroke: #c2410c } .null { stroke: #57606a }"
    print "    text { fill: #1f2328 } .small { font-size: 12px; fill: #57606a } .bold { font-weight: 600 }"
    print "    @media (prefers-color-scheme: dark) {"
    print "      .grid { stroke: #3d444d } .dmarc-milter { stroke: #6ea8fe } .OpenDMARC { stroke: #fb923c } .null { stroke: #9da7b3 }"
    print "      text { fill: #e6edf3 } .small { fill: #9da7b3 }"
    print "    }"
    print "  </style>"
    panel("messages a second, over connections", 1, 1, 5, 70)
    panel("end of message to verdict, p99 in ms", 2, -2, 3, 500)
    split("dmarc-milter OpenDMARC null", programs, " ")
    for (i = 1; i <= 3; i++)
        printf "  <path class=\"line %s\" d=\"M%d 345h40\"/><text x=\"%d\" y=\"350\">%s</text>\n", programs[i], 70 + (i - 1) * 200, 118 + (i - 1) * 200, programs[i]
    print "  <path class=\"line null tcp\" d=\"M670 345h40\"/><text x=\"718\" y=\"350\">dashed: TCP</text>"
    print "</svg>"
}
