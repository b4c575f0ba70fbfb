"""Pretend platforms for demos and end-to-end tests: one small server per vendor, written from the vendor's documents.

Each platform is one folder (`playground/<platform>/`). They import nothing of the product: the product meets them only
over HTTP, as it meets the vendor.
"""
