"""Every file of the real data: read with these rows and this area, or refused with this sentence.

Areas were found apart from landrenew: the shapes as pyogrio gives them, edges no longer than 0.02
degrees, projected with PROJ's cylindrical equal-area projection of GRS80, planar area summed. The
survey's formula sees corners alone; what that may change is bounded for each layer below.
"""

# ruff: noqa: E501  one line a file: the lists read as tables

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.base.crs import lonlat_bounds, to_lonlat
from landrenew.base.errors import CrsError, FileError, LandrenewError
from landrenew.base.strips import choose_crs
from landrenew.intake.geometry.shapes import (
    check_any,
    check_polygons,
    extent,
    finite_boxes,
    with_crs,
)
from landrenew.intake.rasters import open_raster
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyproj import CRS

    from landrenew.intake.geometry.shapes import Checked

pytestmark = pytest.mark.usefixtures("shared")


@dataclass(frozen=True)
class Read:
    """A layer or table that is read: its rows, its own columns, its area as drawn."""

    path: str
    rows: int
    columns: int
    area_m2: float | None = None
    layer: str | None = None
    crs: str | None = None
    set_aside: int = 0
    faults: tuple[str, ...] = ()
    unfit: str | None = None
    rejected: int = 0


@dataclass(frozen=True)
class Refused:
    """A file that is refused, by which error and with which words."""

    path: str
    error: type[LandrenewError]
    said: str
    layer: str | None = None


@dataclass(frozen=True)
class Raster:
    """A raster that opens: columns, rows, CRS."""

    path: str
    width: int
    height: int
    crs: str


EARTH_M = 6_378_137.0

COMPANIONS = {
    ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".mid", ".dat", ".id", ".map", ".xsd", ".csvt",
}  # fmt: skip
"""Files that belong to another one; a ``.dbf`` does where a ``.shp`` stands beside it."""

FILES = [
    Read("athi_river_kenya/b.geojson", 182, 2, area_m2=10_142.586),
    Read("athi_river_kenya/building.geojson", 1282, 1, area_m2=81_397.739),
    Read("athi_river_kenya/parcels.geojson", 456, 4, area_m2=164_622.154),
    Refused("bubenec/bubenec.gpkg", FileError, "has [0-9]+ layers"),
    Read("bubenec/bubenec.gpkg", 407, 5, area_m2=278_938.351, layer="plots"),
    Read("bubenec/bubenec.gpkg", 144, 1, area_m2=43_184.035, layer="buildings"),
    Read("bubenec/bubenec.gpkg", 144, 1, area_m2=150_374.294, layer="tessellation"),
    Read("bubenec/bubenec.gpkg", 35, 0, layer="streets"),
    Read("china_admin/datav_330200.json", 10, 8, area_m2=10_356_806_044.641),
    Read("china_admin/datav_330282.json", 1, 7, area_m2=1_485_359_384.580),
    Read("china_admin/datav_442000.json", 1, 7, area_m2=1_815_580_852.206),
    Read("china_admin/mca_442000.topo.json", 21, 4, area_m2=14_123_193_562.942),
    Read("china_admin/old_442000.json", 1, 2, area_m2=1_725_949_001.201),
    Read("china_buildings/beijing_cbd_buildings.geojson", 5442, 4, area_m2=4_316_166.959),
    Read("china_buildings/shijiazhuang_buildings.geojson", 690, 10, area_m2=357_264.757),
    Read("china_buildings/shijiazhuang_my-layer.shp", 690, 5, area_m2=357_264.757),
    Read("china_cgcs2000_txt/44120000072.txt", 1, 8, area_m2=12_242.873),
    Read("china_cgcs2000_txt/44120000105.txt", 1, 8, area_m2=87_390.751),
    Read("china_cgcs2000_txt/44120000319.txt", 1, 8, area_m2=103_224.618),
    Read("china_cgcs2000_txt/plots_gk38_gbk.shp", 3, 4, area_m2=202_858.242),
    Read("china_enterprise_longkou/enterprise_longkou.xlsx", 7551, 20),
    Read("china_enterprise_longkou/enterprise_longkou_head1500_gbk.csv", 1500, 20),
    Read("china_gbk_shapefile/chinese_encoding.shp", 78, 136, area_m2=140_277_170_760.238, crs="EPSG:4490"),
    Read("euluc_city_summary/city_summary.csv", 339, 8),
    Read("firms_lubelskie/firms_lubelskie.csv", 37374, 14, crs="EPSG:4326"),
    Read("goteborg_dsm/buildings.shp", 137, 16, area_m2=108_219.695),
    Refused("hangzhou_osm_landuse/hangzhou-landuse.geobuf.pbf", FileError, "not recognized"),
    Read("hangzhou_osm_landuse/hangzhou_industrial_commercial.geojson", 835, 4, area_m2=79_243_043.292),
    Read("hangzhou_osm_landuse/hangzhou_landuse.gpkg", 8707, 4, area_m2=2_625_947_438.238),
    Read("nyc_gowanus/BKMapPlutoClipped.topojson", 16188, 4, area_m2=5_504_323.625, crs="EPSG:4326", rejected=7),
    Read("nyc_gowanus/ibz.geojson", 1, 0, area_m2=892_651.929),
    Read("nyc_gowanus/plutoBounds.topojson", 1, 1, area_m2=1_152_128.609, crs="EPSG:4326"),
    Read("nyc_ibz_mappluto/IBZ.shp", 21, 6, area_m2=67_946_322.107),
    Read("nyc_ibz_mappluto/mappluto_maspeth.shp", 813, 107, area_m2=2_532_267.413),
    Read("nyc_ibz_mappluto/mappluto_north-bk.shp", 1249, 106, area_m2=2_972_481.452),
    Read("osm_extracts/baltimore.osm.pbf", 2295, 25, area_m2=23_005_897.487),
    Read("osm_extracts/baltimore.osm.pbf", 2018, 10, layer="points"),
    Read("osm_extracts/liechtenstein.osm.pbf", 9902, 25, area_m2=562_413_811.830),
    Refused("plateau_jp/Common_districtsAndZonesType.xml", FileError, "it holds no layer"),
    Refused("plateau_jp/Common_landUseType.xml", FileError, "it holds no layer"),
    Read("plateau_jp/numazu_523836_luse_6668_op.gml", 225, 5, area_m2=3_361_042.859),
    Refused("plateau_jp/numazu_523857_urf_6668_op.gml", FileError, "has [0-9]+ layers"),
    Read("plateau_jp/numazu_523857_urf_6668_op.gml", 3, 8, area_m2=1_575_412.608, layer="AreaClassification"),
    Read("plateau_jp/numazu_523857_urf_6668_op.gml", 38, 9, area_m2=4_231_085.117, layer="UseDistrict"),
    Read("plateau_jp/numazu_523857_urf_6668_op.gml", 2, 9, area_m2=234_052.865, layer="SpecialUseDistrict"),
    Refused("plateau_jp/yokosuka_52397519_bldg_6697_op.gml", FileError, "bodies in space"),
    Read("robust_fiona/!test.geojson", 1, 25, area_m2=4_940_348_293.184),
    Read("robust_fiona/coutwildrnp.shp", 67, 10, area_m2=16_365_224_668.557),
    Read("robust_fiona/coutwildrnp.zip", 67, 10, area_m2=16_365_224_668.557),
    Refused("robust_fiona/curves_line.csv", CrsError, "not in which CRS"),
    Read("robust_fiona/gre.shp", 1, 25, area_m2=4_940_348_293.184),
    Read("robust_fiona/grenada.geojson", 1, 25, area_m2=4_940_348_293.184),
    Read("robust_fiona/issue627.geojson", 3, 12, area_m2=932_264_896.829),
    Read("robust_fiona/rmnp.geojson", 1, 1, area_m2=1_117_433_888.608),
    Refused("robust_fiona/test_gpx.gpx", FileError, "has [0-9]+ layers"),
    Read("robust_fiona/test_gpx.gpx", 1, 12, layer="tracks"),
    Read("robust_fiona/test_tin.csv", 3, 2),
    Refused("robust_fiona/test_tin.shp", FileError, "bodies in space"),
    Read("robust_fiona/test_tz.geojson", 1, 1),
    Refused("robust_fiona/testopenfilegdb.gdb.zip", FileError, "has [0-9]+ layers"),
    Read("robust_fiona/testopenfilegdb.gdb.zip", 5, 12, area_m2=107_698_916_528.273, layer="multipolygon"),
    Refused("robust_fiona/testopenfilegdb.gdb.zip", FileError, "bodies in space", layer="multipatch"),
    Read("robust_fiona/trio.geojson", 3, 3, area_m2=39_449.866, rejected=2),
    Refused("robust_gdal/csv/csv_with_utf8_bom.csv", FileError, "line 2 holds 4 values"),
    Read("robust_gdal/csv/header_with_line_break.csv", 3, 7),
    Read("robust_gdal/csv/inf_nan.csv", 4, 2),
    Refused("robust_gdal/csv/more_than_100_geom_fields.csv", FileError, "holds no row"),
    Read("robust_gdal/csv/oddname.csv", 2, 3),
    Read("robust_gdal/csv/testnull.csv", 1, 5),
    Read("robust_gdal/csv/testquoteheader1.csv", 1, 3),
    Read("robust_gdal/csv/testquoteheader2.csv", 1, 3),
    Refused("robust_gdal/csv/unbalanced_double_quotes.csv", FileError, "unexpected end of data"),
    Read("robust_gdal/dxf/closed_polyline_with_bulge.dxf", 1, 6, unfit="has no CRS"),
    Read("robust_gdal/dxf/hatch.dxf", 3, 6, unfit="has no CRS"),
    Read("robust_gdal/dxf/utf-8.dxf", 1, 6, unfit="has no CRS"),
    Read("robust_gdal/esrijson/esripolygon.json", 1, 0, unfit="has no CRS"),
    Read("robust_gdal/esrijson/esripolygonempty.json", 1, 0, unfit="has no CRS"),
    Read("robust_gdal/esrijson/esrizpolygon.json", 1, 0, unfit="has no CRS"),
    Read("robust_gdal/filegdb/arc_segment_interior_point_but_line.gdb.zip", 1, 1, unfit="does not fit"),
    Read("robust_gdal/filegdb/test3005.gdb.zip", 1, 2),
    Read("robust_gdal/filegdb/test_utf16.gdb.zip", 1, 1),
    Refused("robust_gdal/filegdb/testopenfilegdb.gdb.zip", FileError, "has [0-9]+ layers"),
    Read("robust_gdal/filegdb/weird_winding_order_fgdb.zip", 1, 4, area_m2=1_094_132.444),
    Read("robust_gdal/geojson/feature_with_type_Topology_property.json", 1, 1),
    Read("robust_gdal/geojson/featurecollection_point.json", 1, 0),
    Read("robust_gdal/geojson/featurecollection_pointz.json", 1, 0),
    Read("robust_gdal/geojson/featuretype.json", 1, 1),
    Read("robust_gdal/geojson/geometrycollection.geojson", 1, 0),
    Read("robust_gdal/geojson/grenada.geojson", 1, 25, area_m2=4_940_348_293.184),
    Read("robust_gdal/geojson/ids_0_1_null_1_null.json", 5, 2),
    Read("robust_gdal/geojson/ids_0_1_null_unset.json", 4, 2),
    Read("robust_gdal/geojson/linestring.geojson", 1, 0),
    Read("robust_gdal/geojson/multilinestring.geojson", 1, 0),
    Read("robust_gdal/geojson/multipoint.geojson", 1, 0),
    Read("robust_gdal/geojson/multipolygon.geojson", 1, 0, area_m2=20_174_899_763.188),
    Read("robust_gdal/geojson/nullvalues.geojson", 2, 3),
    Read("robust_gdal/geojson/ogr_geojson_14.geojson", 27, 0, area_m2=43_771_359.876, rejected=26),
    Read("robust_gdal/geojson/point.geojson", 1, 0),
    Read("robust_gdal/geojson/point_with_utf8bom.json", 1, 0),
    Read("robust_gdal/geojson/pointz.json", 1, 0),
    Read("robust_gdal/geojson/polygon.geojson", 1, 0, area_m2=12_308_463_893.570),
    Read("robust_gdal/geojson/sparse_fields.geojson", 14, 9),
    Read("robust_gdal/geojson/srs_name.geojson", 1, 0, unfit="does not fit"),
    Read("robust_gdal/geojson/stac_item.json", 1, 39, area_m2=36_550_275_921.442),
    Read("robust_gdal/geojson/test_type_promotion.json", 2, 135),
    Read("robust_gdal/geojson/test_type_promotion_ref.json", 2, 135),
    Read("robust_gdal/gml/bom.gml", 3, 14),
    Read("robust_gdal/gml/choicepolygonmultipolygon.gml", 2, 1, unfit="has no CRS"),
    Read("robust_gdal/gml/curveProperty.xml", 1, 1, area_m2=2_280_769_667_277),
    Read("robust_gdal/gml/first_feature_without_geometry.gml", 2, 1, unfit="has no CRS"),
    Read("robust_gdal/gml/inspire_cadastralparcel.xml", 2, 14, area_m2=16_112_490_874.623, faults=("unclosed_ring",)),
    Refused("robust_gdal/gpkg/domains.gpkg", FileError, "holds no row"),
    Read("robust_gdal/gpkg/first_geometry_null.gpkg", 2, 1, area_m2=9_102_366_201.141, rejected=1),
    Read("robust_gdal/gpkg/huge_feature_count.gpkg", 1, 0, unfit="does not fit"),
    Read("robust_gdal/gpkg/poly_non_conformant.gpkg", 1, 1, area_m2=215_447.347),
    Refused("robust_gdal/kml/junk_content_after_valid_doc.kml", FileError, "ERROR parsing kml"),
    Read("robust_gdal/kml/non_conformant_multi.kml", 3, 12, area_m2=12_308_463_893.569, rejected=2),
    Refused("robust_gdal/kml/samples.kml", FileError, "has [0-9]+ layers"),
    Refused("robust_gdal/kml/truncated.kml", FileError, "ERROR parsing kml"),
    Refused("robust_gdal/mitab/lambert93_francais.TAB", FileError, "holds no row"),
    Read("robust_gdal/mitab/small.mif", 2, 7, unfit="is a local system"),
    Read("robust_gdal/mitab/tab-win1251.TAB", 3, 5, area_m2=22.780059, rejected=2),
    Read("robust_gdal/mitab/utf8.mif", 3, 5, area_m2=22.780059, rejected=2),
    Read("robust_gdal/parquet/example.parquet", 5, 5, area_m2=20_596_344_331_269),
    Read("robust_gdal/parquet/geoparquet_1_1_no_explicit_crs_but_geoarrow_wkb_declared.parquet", 20, 20, area_m2=186_936_384_736.562),
    Refused("robust_gdal/parquet/invalid.parquet", FileError, "Could not open Parquet|deserialize"),
    Read("robust_gdal/parquet/overture_map_extract.parquet", 1, 36),
    Read("robust_gdal/shp/CoHI_GCS12.shp", 4, 8, area_m2=16_677_507_800.869),
    Read("robust_gdal/shp/bigoffset.shp", 1, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/buggymultipoly.shp", 1, 0, unfit="has no CRS"),
    Read("robust_gdal/shp/buggymultipoly2.shp", 1, 0, unfit="has no CRS"),
    Read("robust_gdal/shp/can_caps.shp", 13, 0, unfit="has no CRS"),
    Read("robust_gdal/shp/cb_2022_us_county_20m_extract.shp", 1, 12, area_m2=78_055_615.996),
    Read("robust_gdal/shp/chinese.dbf", 1, 1),
    Read("robust_gdal/shp/date_empty_string.dbf", 1, 1),
    Refused("robust_gdal/shp/empty.shp", FileError, "holds no row"),
    Read("robust_gdal/shp/emptymultipoly.shp", 1, 2, unfit="has no CRS"),
    Refused("robust_gdal/shp/extentnan.shp", FileError, "holds no row"),
    Read("robust_gdal/shp/facility_surface_dd.dbf", 159, 4),
    Read("robust_gdal/shp/issue_14385.shp", 3, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/mixed_shape_type_non_conformant.shp", 6, 1, unfit="has no CRS"),
    Refused("robust_gdal/shp/multipatch.shp", FileError, "bodies in space"),
    Read("robust_gdal/shp/multipolygon_as_invalid_polygon.shp", 2, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/nan.dbf", 1, 1),
    Read("robust_gdal/shp/nonconformant_shx_ticket5608.shp", 1, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/padding_after_field_defns.dbf", 1, 2),
    Read("robust_gdal/shp/pointnan.shp", 2, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/polygonm_with_m.shp", 2, 0, unfit="has no CRS"),
    Read("robust_gdal/shp/polygonm_without_m.shp", 2, 0, faults=("unclosed_ring",), unfit="has no CRS"),
    Read("robust_gdal/shp/prjwithutf8bom.shp", 1, 2),
    Read("robust_gdal/shp/slightly_overlapping_polygons.shp", 1, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/testpoly.shp", 14, 1, unfit="has no CRS"),
    Read("robust_gdal/shp/testshp/poly.shp", 10, 3, unfit="does not fit"),
    Read("robust_gdal/shp/weird_header_length.dbf", 1, 1),
    Refused("robust_gdal/xlsx/inlineStr.xlsx", CrsError, "not in which CRS"),
    Refused("robust_gdal/xlsx/not_all_columns_present.xlsx", FileError, "holds no row"),
    Read("robust_gdal/xlsx/row_without_r_attribute.xlsx", 1, 2),
    Refused("robust_gdal/xlsx/test.xlsx", FileError, "has [0-9]+ sheets"),
    Read("robust_gdal/xlsx/test_empty_last_field.xlsx", 4, 18),
    Read("robust_gdal/xlsx/test_missing_row1_data.xlsx", 4, 18),
    Read("robust_gdal/xlsx/with_xml_prefix.xlsx", 1, 2),
    Read("robust_mapshaper_encodings/dbf/POLYGON.dbf", 2, 1),
    Read("robust_mapshaper_encodings/dbf/big5.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/comma_separated.dbf", 7, 2),
    Read("robust_mapshaper_encodings/dbf/cpg/big5.shp", 1, 1, unfit="has no CRS"),
    Read("robust_mapshaper_encodings/dbf/cpg/euckr.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/cpg/koi8r.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/cpg/latin2.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/cpg/shiftjis.dbf", 1, 1),
    Refused("robust_mapshaper_encodings/dbf/cpg/utf16.dbf", FileError, "holds no row"),
    Read("robust_mapshaper_encodings/dbf/cpg/win1251.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/cpg/win874.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/duplicate_fields.dbf", 5, 12),
    Read("robust_mapshaper_encodings/dbf/eucjp.dbf", 2, 1),
    Read("robust_mapshaper_encodings/dbf/gb2312.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/gbk.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/latin1.dbf", 1, 1),
    Read("robust_mapshaper_encodings/dbf/ldid/chinese.shp", 1, 1, unfit="does not fit"),
    Read("robust_mapshaper_encodings/dbf/periphereies.dbf", 13, 1),
    Read("robust_mapshaper_encodings/dbf/shiftjis.dbf", 2, 1),
    Read("robust_mapshaper_encodings/dbf/utf8.dbf", 1, 1),
    Refused("robust_mapshaper_encodings/text/empty.csv", FileError, "the file is empty"),
    Read("robust_mapshaper_encodings/text/empty_fields.csv", 2, 6),
    Read("robust_mapshaper_encodings/text/empty_fields2.csv", 2, 6),
    Read("robust_mapshaper_encodings/text/empty_fields3.csv", 3, 6),
    Refused("robust_mapshaper_encodings/text/lorem.txt", FileError, "is no boundary-point TXT"),
    Read("robust_mapshaper_encodings/text/states.csv", 52, 6),
    Refused("robust_mapshaper_encodings/text/two_states.csv", CrsError, "not in which CRS"),
    Refused("robust_mapshaper_encodings/text/two_states.tsv", CrsError, "not in which CRS"),
    Refused("robust_mapshaper_encodings/text/utf16.txt", FileError, "is no boundary-point TXT"),
    Read("robust_mapshaper_encodings/text/utf16_be_bom.csv", 1, 10),
    Read("robust_mapshaper_encodings/text/utf16_le_bom.csv", 1, 10),
    Refused("robust_mapshaper_encodings/text/utf16bom.txt", FileError, "is no boundary-point TXT"),
    Refused("robust_mapshaper_encodings/text/utf16le.txt", FileError, "is no boundary-point TXT"),
    Refused("robust_mapshaper_encodings/text/utf16le_bom.txt", FileError, "is no boundary-point TXT"),
    Read("robust_mapshaper_encodings/text/utf8_bom.csv", 1, 10),
    Refused("robust_mapshaper_encodings/text/utf8bom.txt", FileError, "is no boundary-point TXT"),
    Read("robust_pyogrio/curve.gpkg", 1, 0),
    Read("robust_pyogrio/curvepolygon.gpkg", 1, 0, area_m2=102_336_320_109.687),
    Read("robust_pyogrio/line_zm.gpkg", 1, 0),
    Read("robust_pyogrio/multisurface.gpkg", 1, 0, area_m2=706_675_861_153.526),
    Read("robust_pyogrio/naturalearth_lowres/naturalearth_lowres.shp", 177, 5, unfit="do not fit"),
    Read("robust_pyogrio/sample.osm.pbf", 8, 25, area_m2=860_330.571),
    Read("robust_pyogrio/test_gpkg_nulls.gpkg", 4, 11),
    Refused("taiwan_factory_table/112.xlsx", FileError, "has [0-9]+ sheets"),
    Read("taiwan_zoning/H0102.json", 946, 27, area_m2=32_857_478.749),
    Read("taiwan_zoning/J0302.json", 142, 27, area_m2=8_301_383.245),
    Read("taiwan_zoning/L0301.json", 733, 27, area_m2=21_273_095.173),
    Read("taiwan_zoning/N0301.json", 443, 27, area_m2=19_640_411.887),
    Read("taiwan_zoning/U0101.json", 1388, 27, area_m2=24_284_355.582),
    Read("tokyo_ota_buildings/bd_demo.geojson", 1374, 4, area_m2=924_665.907),
    Read("turin_transformation/buildings.geojson", 666, 12, area_m2=1_311_007.141),
    Read("turin_transformation/ctx_boundary.geojson", 19, 17),
    Read("turin_transformation/polygon.geojson", 150, 24, area_m2=12_470_229.886),
    Read("vancouver_blocks/vancouver-blocks.geojson", 4627, 2, area_m2=96_810_918.206),
    Read("xiamen_industrial_parks_poi/xiamen_industrial_parks.csv", 443, 10, crs="EPSG:4326"),
    Refused("xiamen_industrial_parks_poi/xiamen_parks_raw.json", FileError, "not recognized"),
]  # fmt: skip
"""Every vector layer and table, in the order of their paths."""

RASTERS = [
    Raster("goteborg_dsm/CDSM_KRbig.tif", 234, 223, "EPSG:3007"),
    Raster("goteborg_dsm/DEM_KRbig.tif", 234, 223, "EPSG:3007"),
    Raster("goteborg_dsm/DSM_KRbig.tif", 234, 223, "EPSG:3007"),
    Raster("goteborg_dsm/landcover.tif", 234, 223, "EPSG:3007"),
    Raster("robust_gdal/raster/byte_truncated.tif", 20, 20, "EPSG:26711"),
    Raster("robust_gdal/raster/excessive-memory-TIFFFillTile.tif", 20, 20, "EPSG:26711"),
    Raster("robust_gdal/raster/float32.tif", 20, 20, "EPSG:26711"),
    Raster("robust_gdal/raster/int10.tif", 20, 20, "EPSG:26711"),
    Refused("robust_gdal/raster/nan32.tif", CrsError, "has no CRS"),
    Refused("robust_gdal/raster/rgbsmall.tif", FileError, "has 3 bands"),
    Refused("robust_gdal/raster/stats_nodata_neginf.tif", CrsError, "has no CRS"),
    Refused("robust_gdal/raster/stats_nodata_neginf_msvc.tif", CrsError, "has no CRS"),
    Refused("robust_gdal/raster/stats_nodata_posinf.tif", CrsError, "has no CRS"),
    Refused("robust_gdal/raster/stats_nodata_posinf_msvc.tif", CrsError, "has no CRS"),
    Refused("robust_gdal/raster/tiff_dos_strip_chop.tif", CrsError, "has no CRS"),
    Raster("robust_gdal/raster/uint16.tif", 20, 20, "EPSG:26711"),
    Raster("robust_gdal/raster/utmsmall.tif", 100, 100, "EPSG:26711"),
]  # fmt: skip
"""Every raster."""


def name_of(one: Read | Refused | Raster) -> str:
    layer = getattr(one, "layer", None)
    return one.path if layer is None else f"{one.path} {layer}"


def spec_of(one: Read | Refused) -> Layer:
    crs = one.crs if isinstance(one, Read) else None
    return Layer(path=one.path, layer=one.layer, crs=crs)


@pytest.fixture(scope="module")
def copied(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the real data, so that a reader that writes cannot spoil it."""
    home = tmp_path_factory.mktemp("real") / "data"
    return shutil.copytree(shared, home, copy_function=shutil.copyfile)


@pytest.fixture
def untouched(copied: Path, one: Read | Refused | Raster) -> Iterator[Path]:
    """Give the copy, and see that reading changed no file beside the one read and left none."""
    before = state_of((copied / one.path).parent)
    yield copied
    assert state_of((copied / one.path).parent) == before


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {one.name: (one.stat().st_size, one.stat().st_mtime_ns) for one in folder.iterdir()}


@pytest.mark.parametrize("one", FILES, ids=name_of)
def test_a_real_file_is_read_right_or_refused_in_a_sentence_and_left_as_it_was(
    one: Read | Refused, untouched: Path
) -> None:
    if isinstance(one, Refused):
        with pytest.raises(one.error, match=one.said) as met:
            read_source(untouched, spec_of(one), "parcels")
        assert re.search("[请没不].*。$", met.value.say("zh")), met.value.say("zh")
        assert "\n" not in str(met.value)
        return
    source = read_source(untouched, spec_of(one), "parcels")
    frame = source.frame
    has_shapes = isinstance(frame, gpd.GeoDataFrame)
    assert (len(frame), len(frame.columns) - has_shapes) == (one.rows, one.columns)
    assert source.set_aside == one.set_aside
    assert tuple(sorted({fault.code for fault in source.faults})) == one.faults
    assert frame.index.is_unique
    assert frame.index.name == "row"
    if has_shapes:
        assert not frame.geometry.has_z.any()
        checked = checked_of(frame, one)
        if checked is not None:
            assert_balanced(checked, one)


def checked_of(frame: gpd.GeoDataFrame, one: Read) -> Checked | None:
    """Check the shapes in a CRS that suits them; None where the CRS is unknown or cannot serve."""
    if one.unfit is not None:
        with pytest.raises(CrsError, match=one.unfit):
            with_crs(frame, spec_of(one), "parcels")
        return None
    layer = with_crs(frame, spec_of(one), "parcels")
    shapes = polygons_of(layer)
    if len(shapes):
        known = ellipsoidal_area(shapes, layer.crs).sum()
        assert known == pytest.approx(one.area_m2, rel=1e-6, abs=by_corners(shapes, layer.crs))
    else:
        assert one.area_m2 is None
    boxes, _ = finite_boxes(layer)
    if not len(boxes):
        return None
    crs = choose_crs(lonlat_bounds(extent(boxes), layer.crs))
    return (check_polygons if len(shapes) else check_any)(layer, crs, "parcels")


def polygons_of(layer: gpd.GeoDataFrame) -> np.ndarray:
    """Take the polygons whose coordinates are numbers."""
    kinds = layer.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    shapes = layer.geometry[kinds].to_numpy()
    return shapes[np.isfinite(shapely.bounds(shapes)).all(axis=1)]


def by_corners(shapes: np.ndarray, crs: CRS) -> float:
    """Bound what the survey's formula, which sees corners alone, may differ by: L^3 tan B / 12 R."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lon, lat = (np.radians(one) for one in to_lonlat(crs).transform(*xy.T))
    within = ring[1:] == ring[:-1]
    east, north = np.diff(lon)[within] * np.cos(lat[1:][within]), np.diff(lat)[within]
    lengths = np.hypot(east, north) * EARTH_M
    return float(np.sum(lengths**3 * np.abs(np.tan(lat[1:][within]))) / (12 * EARTH_M))


def assert_balanced(checked: Checked, one: Read) -> None:
    balance = checked.balance
    assert balance.rows_in == one.rows == balance.rows_out + balance.rows_rejected
    assert balance.rows_out == len(checked.kept)
    assert balance.rows_rejected == len(checked.rejected) == one.rejected
    if balance.area_in_m2 is not None:
        out = balance.area_out_m2 - balance.area_repaired_m2 + balance.area_rejected_m2
        assert out == pytest.approx(balance.area_in_m2, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("one", RASTERS, ids=name_of)
def test_a_real_raster_opens_or_is_refused_in_a_sentence(
    one: Raster | Refused, untouched: Path
) -> None:
    if isinstance(one, Refused):
        with (
            pytest.raises(one.error, match=one.said) as met,
            open_raster(untouched / one.path, "height"),
        ):
            pass
        assert re.search("[请没不].*。$", met.value.say("zh"))
        return
    with open_raster(untouched / one.path, "height") as raster:
        assert (raster.width, raster.height) == (one.width, one.height)
        assert raster.crs.to_string() == one.crs


def is_input(path: Path) -> bool:
    if path.suffix.lower() in {*COMPANIONS, ".md"}:
        return False
    return not (path.suffix.lower() == ".dbf" and path.with_suffix(".shp").exists())


def test_no_file_is_forgotten(shared: Path) -> None:
    there = {str(one.relative_to(shared)) for one in shared.rglob("*") if one.is_file()
             if is_input(one)}  # fmt: skip
    assert {one.path for one in (*FILES, *RASTERS)} == there
