"""Pictures and pages without dependency: SVG and HTML in one file, light, dark and on paper.

``axis.py`` scales, ``marks.py`` what is drawn, ``chart.py`` a chart of marks on two axes,
``bars.py`` a bar for each name, ``page.py`` the page around them. Everything given is escaped.
"""
