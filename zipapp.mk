# make -f zipapp.mk: the whole program in one file, dist/heygen.pyz, and dist/checksums.txt beside it.
# Any Python from 3.9 up builds it: make -f zipapp.mk PYTHON=python3.12

PYTHON = python3

all:
	$(PYTHON) scripts/build_zipapp.py $(FLAGS)

check: all
	cd dist && sha256sum -c checksums.txt

clean:
	rm -rf dist

.PHONY: all check clean
