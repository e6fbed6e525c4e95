"""JSON Schemas (2020-12) of the published files, made from the record types; the .json files lie beside this one."""

from readmark.schemas.make import SCHEMAS, make_schema

__all__ = ["SCHEMAS", "make_schema"]
